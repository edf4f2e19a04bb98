import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isBuilt, PROGRAM } from '../support/program.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

// Issue 14, point 14: a closed terminal ends every command quietly, and nohup is honoured.

const hasTmux = spawnSync('tmux', ['-V']).status === 0

let server: TestServer
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chatws-closed-'))
  server = await startServer()
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const tmux = (...args: string[]) =>
  execFileSync('tmux', ['-S', join(folder, 'tmux.sock'), '-f', '/dev/null', ...args], {
    encoding: 'utf8',
  })

/** Survives its terminal, to write down how the command in it ended. */
const WATCHER = `
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
process.on('SIGHUP', () => {})
const [file, ...command] = process.argv.slice(2)
spawn(process.execPath, command, { stdio: 'inherit' }).on('exit', (code, signal) => {
  writeFileSync(file, String(code ?? signal))
  process.kill(process.pid, 'SIGKILL')
})`

/** Runs a command in a terminal until it shows something, closes the terminal, and tells the end. */
async function endInClosedTerminal(shows: RegExp, ...command: string[]): Promise<string> {
  const watcher = join(folder, 'watcher.mjs')
  const ended = join(folder, 'ended')
  rmSync(ended, { force: true })
  writeFileSync(watcher, WATCHER)
  const words = [process.execPath, watcher, ended, PROGRAM, ...command]
  tmux('new-session', '-d', '-x', '80', '-y', '20', words.map((word) => `'${word}'`).join(' '))
  await until(() => shows.test(tmux('capture-pane', '-p')), String(shows))
  tmux('kill-server')
  await until(() => existsSync(ended) && readFileSync(ended, 'utf8') !== '', 'the end')
  return readFileSync(ended, 'utf8')
}

describe.skipIf(!isBuilt || !hasTmux)('a closed terminal', () => {
  it.each([
    ['connect', [], / connected \|/],
    ['connect', ['--plain'], /online: 1/],
    ['connect', ['--screen-reader'], /online: 1/],
    ['tail', ['--chat', '1', '--url', 'ws://127.0.0.1:9'], /no connection/],
  ])('ends chatws %s %j with exit code 129', async (name, flags, shows) => {
    const args = [name, '--user', '1', ...flags]
    if (name === 'connect') args.push('--url', server.url)
    expect(await endInClosedTerminal(shows, ...args)).toBe('129')
  })
})

describe.skipIf(!isBuilt)('nohup', () => {
  it('keeps a command from ending by SIGHUP', async () => {
    const args = [PROGRAM, 'connect', '--user', '2', '--url', server.url]
    const env = { ...process.env, _: '/usr/bin/nohup' }
    const child = spawn('nohup', [process.execPath, ...args], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    await until(() => out.includes('online: 2'), 'the greeting')
    child.kill('SIGHUP')
    child.stdin.end('still here\n')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
