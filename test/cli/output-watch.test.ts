import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isBuilt, PROGRAM } from '../support/program.ts'

// Issue 14, point 17: exit codes are true when a pipe breaks or a disk is full.

const folder = mkdtempSync(join(tmpdir(), 'chatws-output-'))
afterAll(() => rmSync(folder, { recursive: true }))

const phases = [{ name: 'p', durationSeconds: 0.3, users: 2 }]
const behaviours = [{ name: 'b', send: [{ ratePerSecond: 10 }] }]
const thresholds = { deliveries_per_second: ['value>1000000000'] }
const scenario = { name: 'f', users: { count: 2 }, phases, behaviours, thresholds }
const failing = join(folder, 'failing.json')
writeFileSync(failing, JSON.stringify(scenario))

const secret = ['--jwt-secret', 'a'.repeat(32)]
const database = ['--database-url', join(folder, 'chatws.db')]

/** Commands that succeed, and write to standard output. */
const SUCCESSES = [
  ['--help'],
  ['--version'],
  ['token', '--user', '1', ...secret],
  ['token', '--user', '1', '--json', ...secret],
  ['db', 'status', ...database],
  ['db', 'status', '--json', ...database],
  ['db', 'migrate', ...database],
  ['db', 'prune', '--older-than', '9d', ...database],
  ['config', 'schema'],
  ['bench', 'schema'],
  ['completion', 'bash'],
  ['doctor', '--port', '0', '--json', ...database],
  ['serve', '--print-config'],
]

/** What the reports of a run that fails leave for standard output. */
const REPORTS = ['--json', '--ndjson', '--junit', '--html', '--markdown']

const options = { encoding: 'utf8' as const, env: { PATH: process.env.PATH, TMPDIR: folder } }

/** Runs a command with a stream into a device that is always full. */
function intoFull(stream: 'stdout' | 'stderr', argv: readonly string[]) {
  const full = openSync('/dev/full', 'w')
  const others = ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe' | number)[]
  others[stream === 'stdout' ? 1 : 2] = full
  try {
    return spawnSync(process.execPath, [PROGRAM, ...argv], { ...options, stdio: others })
  } finally {
    closeSync(full)
  }
}

/** Runs a command whose reader of a stream has gone before the first byte. */
async function withoutReader(stream: 'stdout' | 'stderr', argv: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...argv], options)
  const other = stream === 'stdout' ? child.stderr : child.stdout
  other.resume()
  child[stream].destroy()
  const [code, signal] = await once(child, 'exit')
  return code ?? signal
}

describe.skipIf(!isBuilt || !existsSync('/dev/full'))('the exit code of a command', () => {
  it.each(SUCCESSES)('is 1 where the disk is full: %s %s %s', (...argv) => {
    const { status, stderr } = intoFull('stdout', argv)
    expect(stderr).toMatch(/^chatws: standard output cannot be written: ENOSPC/m)
    expect(status).toBe(1)
  })

  it.each(SUCCESSES)('is 0 where the reader left: %s %s %s', async (...argv) => {
    expect(await withoutReader('stdout', argv)).toBe(0)
  })

  it.each(REPORTS)('is that of a run whose %s has no reader', async (report) => {
    expect(await withoutReader('stdout', ['bench', failing, report, '-'])).toBeOneOf([97, 99])
    expect(await withoutReader('stderr', ['bench', failing, report, '-'])).toBeOneOf([97, 99])
    expect(readdirSync(folder).filter((name) => name.startsWith('chatws-bench'))).toEqual([])
  })

  it.each(['stdout', 'stderr'] as const)(
    'is that of a run that fills the disk with its %s',
    (stream) => {
      expect(intoFull(stream, ['bench', failing]).status).toBeOneOf([97, 99])
    },
  )

  it('is 2 for a wrong use that cannot be told', () => {
    expect(intoFull('stderr', ['bench']).status).toBe(2)
    expect(intoFull('stderr', ['serve', '--port', 'x']).status).toBe(2)
  })
})
