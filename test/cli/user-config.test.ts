import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFakeHost } from '../support/fake-host.ts'

const home = mkdtempSync(join(tmpdir(), 'chatws-xdg-'))
afterAll(() => rmSync(home, { recursive: true }))

const FILE = {
  profile: 'work',
  profiles: {
    work: { url: 'wss://chat.example.org', user: 123, chat: 7 },
    local: { user: 1 },
  },
  theme: 'light',
  mention: ['ops', 'on call'],
}

function write(file: unknown): void {
  const text = typeof file === 'string' ? file : JSON.stringify(file)
  writeFileSync(join(home, 'chatws', 'config.json'), text)
}

function unquote(value = ''): string {
  return value.replace(/^"(.*)"$/, '$1')
}

/** What `chatws connect --print-config` says of each option: its value, and where that is from. */
async function resolved(args: string[], env: Record<string, string> = {}) {
  const fake = createFakeHost({ XDG_CONFIG_HOME: home, ...env })
  const exitCode = await main([...args, '--print-config'], fake.host)
  const rows = fake.stdout().split('\n')
  const cells = rows.map((row) => row.split(/ {2,}/))
  const values = Object.fromEntries(cells.map(([name, value]) => [name, unquote(value)]))
  return { exitCode, values, stderr: fake.stderr(), stdout: fake.stdout() }
}

describe('the configuration file of the user', () => {
  beforeEach(() => {
    mkdirSync(join(home, 'chatws'), { recursive: true })
    write(FILE)
  })

  it('says what the standing profile and the habits are', async () => {
    const { values } = await resolved(['connect'])
    expect(values).toMatchObject({
      ...{ url: 'wss://chat.example.org', user: '123', chat: '7', theme: 'light' },
      mention: expect.stringMatching(/ops.*on call/),
    })
  })

  it.each([
    [['connect', '--profile', 'local'], {}],
    [['connect'], { CHATWS_PROFILE: 'local' }],
  ])('%j with %j takes another profile', async (args, env) => {
    const { values } = await resolved(args, env)
    expect(values).toMatchObject({ url: 'ws://127.0.0.1:3004', user: '1', theme: 'light' })
  })

  it('flags and variables come before it', async () => {
    const { values } = await resolved(['connect', '--chat', '9'], { CHATWS_USER: '5' })
    expect(values).toMatchObject({ user: '5', chat: '9', url: 'wss://chat.example.org' })
  })

  it('send and tail know it too', async () => {
    expect((await resolved(['send'])).values).toMatchObject({ user: '123', chat: '7' })
    expect((await resolved(['tail'])).values).toMatchObject({ user: '123', chat: '7' })
  })

  it('it stands in ~/.config where XDG_CONFIG_HOME is not set', async () => {
    mkdirSync(join(home, '.config', 'chatws'), { recursive: true })
    const file = join(home, '.config', 'chatws', 'config.json')
    writeFileSync(file, JSON.stringify({ profile: 'home', profiles: { home: { user: 8 } } }))
    const { values } = await resolved(['connect'], { XDG_CONFIG_HOME: '', HOME: home })
    expect(values).toMatchObject({ user: '8' })
  })

  it.each([
    ['not JSON', '{', /config\.json: /],
    ['an unknown key', { thme: 'dark' }, /config\.json: thme: unknown, did you mean theme\?\n/],
    [
      'an unknown key of a profile',
      { profiles: { work: { usr: 1 } } },
      /config\.json: profiles\.work\.usr: unknown, did you mean user\?\n/,
    ],
    [
      'a value of the wrong kind',
      { profiles: { work: { user: 'x' } } },
      /profiles\.work\.user: must be a number, not "x"\n/,
    ],
    [
      'a token of the wrong kind, which is not shown',
      { profiles: { work: { token: 815_4711 } } },
      /profiles\.work\.token: must be a text, not "\*\*\*"\n/,
    ],
    ['a list', [], /config\.json: the file: must be an object, in \{ \}/],
    [
      'a profile that is not there',
      { profile: 'wrk', profiles: FILE.profiles },
      /it has work, loc/,
    ],
    ['a profile that objects have anyway', { profile: 'toString' }, /it has none/],
    ['a theme that there is not', { ...FILE, theme: 'pink' }, /theme/],
  ])('%s is wrong usage and names the file', async (_, file, problem) => {
    write(file)
    const { exitCode, stderr } = await resolved(['connect'])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(problem)
    expect(stderr).toContain('config.json')
  })

  it('a profile asked for by name is one unit, which no file of the place changes', async () => {
    const file = join(home, 'other.json')
    writeFileSync(file, JSON.stringify({ connect: { url: 'wss://evil.example', user: 666 } }))
    const named = await resolved(['connect', '--profile', 'work', '--config', file])
    expect(named.values).toMatchObject({ url: 'wss://chat.example.org', user: '123' })
    const standing = await resolved(['connect', '--config', file])
    expect(standing.values).toMatchObject({ url: 'wss://evil.example', user: '666' })
  })

  it('its token may stand in a file beside it, and goes to no other server', async () => {
    writeFileSync(join(home, 'chatws', 'work.token'), 'eyJ.of.mine\n')
    const work = { url: 'wss://chat.example.org', user: 1, tokenFile: 'work.token' }
    write({ profile: 'work', profiles: { work } })
    expect((await resolved(['connect'])).values).toMatchObject({ token: '(secret)' })
    const elsewhere = await resolved(['connect', '--url', 'wss://other.example'])
    expect(elsewhere.values).toMatchObject({ token: '-', url: 'wss://other.example' })
    expect(elsewhere.stdout).toMatch(/^token +- +of another server/m)
  })

  it('a token in it is not printed', async () => {
    write({ profile: 'a', profiles: { a: { user: 1, token: 'eyJ.of.mine' } } })
    const { exitCode, stdout } = await resolved(['connect'])
    expect(exitCode).toBe(0)
    expect(stdout).not.toContain('eyJ')
  })
})
