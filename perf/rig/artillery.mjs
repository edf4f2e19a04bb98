import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The newest whose ws engine runs on Node 20.19. */
const VERSION = '2.0.21'

const INSTALL_TIMEOUT_MS = 600_000

/** Longer than any measurement. */
const STAY_S = 600

/**
 * Fetches Artillery into a folder for temporary files, where it stays for the next time: with all
 * that it brings it is too large for this folder's packages. Throws when it cannot be had.
 */
export function fetchArtillery(log) {
  const folder = join(tmpdir(), `chatws-perf-artillery-${VERSION}`)
  const program = join(folder, 'node_modules/artillery/bin/run')
  if (existsSync(program)) return program
  log(`fetching artillery ${VERSION}, some 600 MB, into ${folder}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
  const { status } = spawnSync(
    'npm',
    ['install', `artillery@${VERSION}`, '--ignore-scripts', '--no-audit', '--no-fund'],
    { cwd: folder, stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS },
  )
  if (status !== 0 || !existsSync(program))
    throw new Error(`artillery ${VERSION} could not be installed`)
  return program
}

/** Writes a script whose virtual users connect and stay; returns its file. */
export function writeStayingScript(folder, url, count) {
  const script = join(folder, 'receive.json')
  const users = Array.from({ length: count }, (_, index) => 20_001 + index)
  writeFileSync(join(folder, 'users.csv'), ['userId', ...users, ''].join('\n'))
  const payload = { path: 'users.csv', fields: ['userId'], order: 'sequence', skipHeader: true }
  const phases = [{ duration: Math.max(2, Math.ceil(count / 100)), arrivalCount: count }]
  const flow = [{ connect: '{{ target }}/?userId={{ userId }}' }, { think: STAY_S }]
  const config = { target: url, phases, payload }
  writeFileSync(script, JSON.stringify({ config, scenarios: [{ engine: 'ws', flow }] }))
  return script
}
