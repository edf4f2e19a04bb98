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
