import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'
import { isBuilt, PROGRAM } from '../support/program.ts'

// Issue 14, points 21 and 22: where commands run, and what files and scenarios bring along.

const folder = mkdtempSync(join(tmpdir(), 'chatws-places-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ENCODINGS = {
  'UTF-8': (text: string) => Buffer.from(`\ufeff${text}`),
  'UTF-16 of Windows': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16 of others': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
}

async function run(argv: string[], env: Record<string, string> = {}) {
  const fake = createFakeHost({ HOME: folder, ...env })
  const exitCode = await main(argv, fake.host)
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() }
}

/** What drives a terminal, or turns the text around it. */
const UNSAFE = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

const scenario = (changes: object = {}) => ({
  name: 's',
  users: { count: 2, feed: 'feed.csv' },
  phases: [{ name: 'p', durationSeconds: 0.1, users: 1 }],
  ...changes,
})

describe.each(Object.entries(ENCODINGS))('a byte order mark of %s', (_, encode) => {
  const file = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, encode(text))
    return path
  }
  beforeAll(() => mkdirSync(join(folder, '.config/chatws'), { recursive: true }))

  it('is no part of a configuration file, nor of a secret', async () => {
    const secret = file('secret', 's'.repeat(32))
    const serve = { heartbeat: 7, auth: 'jwt', jwtSecretFile: secret }
    const config = file('config.json', JSON.stringify({ serve, token: { jwtSecretFile: secret } }))
    const shown = await run(['serve', '--print-config', '--config', config])
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' })
    expect(shown.stdout).toMatch(/^heartbeat +7 /m)
    const token = await run(['token', '--user', '1', '--config', config])
    const plain = await run(['token', '--user', '1', '--jwt-secret', 's'.repeat(32)])
    expect(token.stdout.split('.')[0]).toBe(plain.stdout.split('.')[0])
    expect(token.exitCode).toBe(0)
  })

  it("is no part of a user's own files", async () => {
    file(
      '.config/chatws/config.json',
      JSON.stringify({ profile: 'p', profiles: { p: { user: 7 } } }),
    )
    const { exitCode, stdout } = await run(['connect', '--print-config'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^user +7 /m)
    rmSync(join(folder, '.config/chatws/config.json'))
  })

  it('is no part of a scenario, a feed and a result', async () => {
    file('feed.csv', 'user_id\n7\n8\n')
    const shard = ['--shard', '1/2', '--url', 'ws://127.0.0.1:1']
    const path = file('scenario.json', JSON.stringify(scenario()))
    const { stderr } = await run(['bench', path, ...shard])
    expect(stderr).toMatch(/Cannot connect to ws:\/\/127\.0\.0\.1:1: ECONNREFUSED/)
    const result = await run(['bench', 'merge', file('result.json', '{"version":2}')])
    expect(result.stderr).toMatch(/is not a result of chatws bench, or of another version/)
  })
})

describe('what stands in files', () => {
  it('does not drive the terminal', async () => {
    const title = '\x1b]0;taken\x07'
    const path = join(folder, 'named.json')
    const name = `${title}\u202e\u009b`
    const phases = [{ name, durationSeconds: 0.2, users: 1 }]
    const behaviours = [
      { name, expect: [{ after: 'connect', frame: 'CONNECTION_ESTABLISHED', withinMs: 1e4 }] },
    ]
    const named = {
      ...scenario({ name, description: name, phases, behaviours }),
      users: { count: 1 },
    }
    writeFileSync(path, JSON.stringify(named))
    const texts: string[] = []
    const result = join(folder, 'named-result.json')
    for (const argv of [
      [path, '--json', result],
      ...['--markdown', '--html', '--junit', '--ndjson'].map((report) => [path, report, '-']),
      [path, '--baseline', result],
      ['merge', result, '--markdown', '-'],
      ['merge', result],
    ]) {
      const { stdout, stderr, exitCode } = await run(['bench', ...argv], { TERM: 'dumb' })
      expect([0, 97, 99]).toContain(exitCode)
      texts.push(stdout, stderr)
    }
    expect(texts.join('')).toContain('taken')
    expect(texts.join('')).not.toMatch(UNSAFE)
  }, 60_000)

  it.each([
    ['a result', ['bench', 'merge'], JSON.stringify({ version: 1, '\x1b]0;x\x07': '\x1b[31m' })],
    ['a scenario', ['bench'], JSON.stringify({ '\x1b]0;x\x07': 1, name: 1 })],
    ['a scenario that is no JSON', ['bench'], '\x1b]0;x\x07'],
    ['a configuration', ['serve', '--config'], JSON.stringify({ '\x1b]0;x\x07': 1 })],
    ['a value', ['serve', '--config'], JSON.stringify({ serve: { auth: '\x1b]0;x\x07' } })],
  ])('does not in the problems of %s', async (_, argv, text) => {
    const path = join(folder, 'bad.json')
    writeFileSync(path, text)
    const { stdout, stderr, exitCode } = await run([...argv, path])
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).not.toMatch(UNSAFE)
  })
})

describe('CHATWS_PORT', () => {
  it.each([['serve'], ['doctor']])(
    'as Kubernetes sets it for a Service is not for %s',
    async (command) => {
      const env = { CHATWS_PORT: 'tcp://10.96.12.7:3004', CHATWS_PORT_3004_TCP_PORT: '3004' }
      const { exitCode, stdout, stderr } = await run([command, '--print-config'], env)
      expect(stderr).toBe('')
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/^port +3004 +default$/m)
    },
  )
})

describe('numbers at the edge', () => {
  it.each([
    ['send', '--user', '1', '--chat', '9007199254740992', 'x'],
    ['send', '--user', '1', '--chat', '1', '--timeout', '1e-9', 'x'],
    ['connect', '--user', '9007199254740993'],
    ['connect', '--user', '1', '--idle-minutes', '1e-300'],
    ['serve', '--heartbeat', '1e-9'],
    ['serve', '--heartbeat', '1e99'],
    ['serve', '--agents', '9007199254740992'],
    ['serve', '--max-connections', '1e300'],
    ['serve', '--upload-quota-bytes', '9007199254740992'],
    ['token', '--user', '1', '--expires-in', '1e-9'],
    ['db', 'prune', '--older-than', '0d'],
    ['db', 'prune', '--older-than', '999999999w'],
  ])('are wrong usage: %s %s %s %s %s', async (...argv) => {
    const { exitCode, stderr } = await run(argv)
    expect(stderr).toMatch(/^chatws: --[a-z-]+: /)
    expect(exitCode).toBe(2)
  })

  it.each([
    { users: { count: 2, firstId: Number.MAX_SAFE_INTEGER } },
    { users: { count: 1, firstId: 2 ** 53 } },
    { phases: [{ name: 'p', durationSeconds: 1e-9 }] },
    { phases: [{ name: 'p', durationSeconds: 1e99 }] },
    { behaviours: [{ name: 'b', send: [{ ratePerSecond: 1e-300 }] }] },
    { behaviours: [{ name: 'b', read: { intervalSeconds: 1e9 } }] },
    { behaviours: [{ name: 'b', converse: { thinkSeconds: { min: 0, max: 1e12 } } }] },
  ])('are wrong in a scenario: %j', async (changes) => {
    const path = join(folder, 'edge.json')
    writeFileSync(path, JSON.stringify({ ...scenario(), users: { count: 1 }, ...changes }))
    const { exitCode, stderr } = await run(['bench', path, '--url', 'ws://127.0.0.1:1'])
    expect(stderr).toMatch(/edge\.json/)
    expect(exitCode).toBe(2)
  })

  it('a scenario may have the greatest ids', async () => {
    const path = join(folder, 'great.json')
    const users = { count: 2, firstId: Number.MAX_SAFE_INTEGER - 1 }
    writeFileSync(path, JSON.stringify({ ...scenario(), users }))
    expect(await run(['bench', path])).toMatchObject({ exitCode: expect.toBeOneOf([0, 97]) })
  })
})

describe.skipIf(!isBuilt)('a place that is missing', () => {
  const gone = join(folder, 'gone')
  const scenarioPath = join(folder, 'plain.json')
  const commands = [
    ['--help'],
    ['serve', '--print-config'],
    ['connect', '--user', '1', '--print-config'],
    ['token', '--user', '1', '--jwt-secret', 's'.repeat(32)],
    ['doctor', '--port', '0', '--database-url', join(folder, 'none.db')],
    ['db', 'status', '--database-url', join(folder, 'none.db')],
    ['config', 'schema'],
    ['completion', 'bash'],
  ]
  beforeAll(() =>
    writeFileSync(scenarioPath, JSON.stringify({ ...scenario(), users: { count: 1 } })),
  )

  /** Runs a command where its working directory is taken away first. */
  const spawn = (argv: string[], env: NodeJS.ProcessEnv = {}, before = '') =>
    spawnSync('sh', ['-c', `${before} exec "$0" "$@"`, process.execPath, PROGRAM, ...argv], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...env },
    })

  it.each(commands)('is no matter where it is not needed: %s %s', (...argv) => {
    const noDirectory = `mkdir -p '${gone}' && cd '${gone}' && rmdir '${gone}' &&`
    const run = spawn(argv, { HOME: '/nonexistent', TMPDIR: '/nonexistent' }, noDirectory)
    expect(run).toMatchObject({ status: 0, stderr: '' })
  })

  it('is named by the command that needs it: TMPDIR', () => {
    const { status, stderr } = spawn(['bench', scenarioPath], { TMPDIR: '/nonexistent' })
    expect(stderr).toMatch(/^chatws: There is no place for its database, TMPDIR names one: ENOENT/)
    expect(status).toBe(1)
  })

  it.skipIf(process.getuid?.() !== 0)('is a home that may not be entered, or none at all', () => {
    const home = join(folder, 'home')
    mkdirSync(join(home, '.config/chatws'), { recursive: true })
    writeFileSync(join(home, '.config/chatws/config.json'), '{"profile":"x"}')
    chmodSync(home, 0o700)
    const cd = `cd '${home}' && exec setpriv --reuid 65531 --clear-groups`
    const argv = ['connect', '--user', '1', '--print-config']
    const strange = spawnSync('sh', ['-c', `${cd} "$0" "$@"`, process.execPath, PROGRAM, ...argv], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home },
    })
    expect(strange).toMatchObject({ status: 0, stderr: '' })
    const homeless = spawnSync(
      'setpriv',
      ['--reuid', '65531', process.execPath, PROGRAM, ...argv],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
        cwd: '/',
      },
    )
    expect(homeless).toMatchObject({ status: 0, stderr: '' })
  })
})
