import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatws-config-'))
  file = join(folder, 'config.json')
  const serve = { statsInterval: 5, jwtSecret: 'a secret that nobody may see', auth: 'jwt' }
  writeFileSync(file, JSON.stringify({ serve, connect: { user: 7, json: true } }))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(argv: string[], env: Record<string, string> = {}) {
  const fake = createFakeHost(env)
  const exitCode = await main(argv, fake.host)
  const rows = fake
    .stdout()
    .split('\n')
    .map((line) => line.split(/ {2,}/))
  return {
    exitCode,
    stdout: fake.stdout(),
    stderr: fake.stderr(),
    rows: new Map(rows.map(([name, value, origin]) => [name, [value, origin]])),
  }
}

describe('--print-config', () => {
  it('shows each value and where it is from, and runs nothing', async () => {
    const { exitCode, rows, stderr } = await run(
      ['serve', '--print-config', '--config', file, '--port', '0'],
      { CHATWS_HEARTBEAT: '10', DATABASE_URL: 'postgresql://chat:pw@127.0.0.1/chat' },
    )
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(rows.get('port')).toEqual(['0', '--port'])
    expect(rows.get('heartbeat')).toEqual(['10', 'CHATWS_HEARTBEAT'])
    expect(rows.get('statsInterval')).toEqual(['5', `${file}: serve.statsInterval`])
    expect(rows.get('host')).toEqual(['"127.0.0.1"', 'default'])
    expect(rows.get('jwksUrl')).toEqual(['-', 'default'])
  })

  it('shows no secret', async () => {
    const { stdout, rows } = await run(['serve', '--print-config'], {
      CHATWS_CONFIG: file,
      DATABASE_URL: 'postgresql://chat:hidden@127.0.0.1/chat',
    })
    expect(rows.get('jwtSecret')![0]).toBe('(secret)')
    expect(rows.get('databaseUrl')![0]).toBe('"postgresql://chat:***@127.0.0.1/chat"')
    expect(stdout).not.toMatch(/hidden|nobody may see/)
  })

  it('a flag says no to what the file says yes to', async () => {
    const { rows } = await run(['connect', '--print-config', '--config', file, '--no-json'])
    expect(rows.get('json')).toEqual(['false', '--json'])
    expect(rows.get('user')).toEqual(['7', `${file}: connect.user`])
  })

  it('refuses what would be refused without it', async () => {
    const { exitCode, stderr } = await run(['serve', '--print-config', '--port', 'x'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--port: must be a port number')
  })
})

it('a file that is named must be there', async () => {
  const { exitCode, stderr } = await run(['serve', '--config', join(folder, 'none.json')])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('The configuration cannot be read: ENOENT')
})

describe('what --print-config prints', () => {
  it.each(['serve', 'connect', 'send', 'tail', 'bench', 'token', 'doctor'])(
    'fits 80 columns: %s',
    async (command) => {
      const sub = command === 'bench' ? [command, 'smoke'] : [command]
      const user = ['connect', 'send', 'tail', 'token'].includes(command) ? ['--user', '1'] : []
      const chat = ['send', 'tail'].includes(command) ? ['--chat', '1'] : []
      const { stdout, exitCode } = await run([...sub, ...user, ...chat, '--print-config'], {
        ...(command === 'token' ? { CHATWS_JWT_SECRET: 's' } : {}),
        CHATWS_TRUSTED_PROXIES: Array.from({ length: 30 }, (_, i) => `10.0.${i}.0/24`).join(','),
      })
      expect(exitCode).toBe(0)
      const lines = stdout.split('\n')
      expect(lines.length).toBeGreaterThan(5)
      expect(lines.filter((line) => line.length > 80)).toEqual([])
    },
  )

  it('breaks nothing but lists', async () => {
    const proxies = Array.from({ length: 30 }, (_, i) => `10.0.${i}.0/24`)
    const { stdout } = await run(['serve', '--print-config', '--trusted-proxies', proxies.join()])
    const printed = /^trustedProxies ([^-]+) --trusted-proxies$/m.exec(stdout)![1]!
    expect(JSON.parse(printed)).toEqual(proxies)
  })
})

describe('variables', () => {
  it('CHATWS_DATABASE_URL counts before DATABASE_URL, and that is told', async () => {
    const { rows, stderr } = await run(['serve', '--print-config'], {
      CHATWS_DATABASE_URL: './own.db',
      DATABASE_URL: './other.db',
    })
    expect(rows.get('databaseUrl')).toEqual(['"./own.db"', 'CHATWS_DATABASE_URL'])
    expect(stderr).toBe('chatws: DATABASE_URL is not used: CHATWS_DATABASE_URL is set, too\n')
  })

  it('CHATWS_DATABASE_URL is enough, by a file as well', async () => {
    for (const env of [{ CHATWS_DATABASE_URL: './own.db' }, { DATABASE_URL: './own.db' }]) {
      const { rows, stderr } = await run(['doctor', '--print-config'], env)
      expect(rows.get('databaseUrl')).toEqual(['"./own.db"', Object.keys(env)[0]])
      expect(stderr).toBe('')
    }
    const held = join(folder, 'url')
    writeFileSync(held, './held.db\n')
    const { rows } = await run(['serve', '--print-config'], { CHATWS_DATABASE_URL_FILE: held })
    expect(rows.get('databaseUrl')).toEqual(['"./held.db"', 'CHATWS_DATABASE_URL_FILE'])
  })

  it('that no command reads are named, with the likely one', async () => {
    const { exitCode, stderr } = await run(['serve', '--print-config'], {
      CHATWS_PROT: '1',
      CHATWS_HEARTBEET: '1',
      CHATWS_ZZZZZZZZZZZZZZZ: '1',
      // What another command reads, what Kubernetes sets, and what is empty.
      ...{ CHATWS_USER: '7', CHATWS_BENCH_WORKERS: '1', CHATWS_JWT_SECRET_FILE: '' },
      ...{ CHATWS_SERVICE_HOST: '10.0.0.1', CHATWS_SERVICE_PORT_HTTP: '80', CHATWS_OLD: '' },
      ...{ CHATWS_PORT: 'tcp://10.0.0.1:80', CHATWS_PORT_80_TCP: 'tcp://10.0.0.1:80' },
      ...{ CHATWS_PORT_80_TCP_ADDR: '10.0.0.1' },
    })
    expect(exitCode).toBe(0)
    expect(stderr.trimEnd().split('\n')).toEqual([
      'chatws: CHATWS_PROT: no such variable is read, did you mean CHATWS_PORT?',
      'chatws: CHATWS_HEARTBEET: no such variable is read, did you mean CHATWS_HEARTBEAT?',
      'chatws: CHATWS_ZZZZZZZZZZZZZZZ: no such variable is read',
    ])
  })
})

it('everything that is wrong with a configuration is told at once', async () => {
  const wrong = join(folder, 'wrong.json')
  const serve = { prot: 1, heartbeat: 'x', statsInterval: 0, jwtSecretFile: '/nonexistent' }
  writeFileSync(wrong, JSON.stringify({ serve, conect: {}, bench: [] }))
  const { exitCode, stderr } = await run(['serve', '--config', wrong, '--port', 'y'])
  expect(exitCode).toBe(2)
  expect(stderr.trimEnd().split('\n')).toEqual([
    `chatws: ${wrong}: serve.prot: unknown, did you mean port?`,
    `chatws: ${wrong}: conect: unknown, did you mean connect?`,
    `chatws: ${wrong}: bench: must be an object`,
    expect.stringContaining(`chatws: ${wrong}: serve.jwtSecretFile: cannot be read: ENOENT`),
    'chatws: --port: must be a port number, not "y"',
    `chatws: ${wrong}: serve.heartbeat: must be a number of seconds, not "x"`,
    `chatws: ${wrong}: serve.statsInterval: must be at least 0.1, not 0`,
  ])
})
