import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { createFakeHost, type FakeHost } from '../support/fake-host.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { SECRET } from '../support/tokens.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer
let friend: WireClient
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

/** A run of `chatws send` as user 5, with no configuration of anyone's. */
function send(
  args: string[],
  input?: string | Uint8Array,
): FakeHost & { exitCode: Promise<number> } {
  const fake = createFakeHost({ XDG_CONFIG_HOME: '/nonexistent' })
  if (input !== undefined) fake.stdin.end(input)
  const exitCode = main(['send', '--user', '5', '--url', server.url, ...args], fake.host)
  return { ...fake, exitCode }
}

describe('chatws send', () => {
  beforeAll(async () => {
    friend = await WireClient.connect(server.url, 6)
  })
  afterEach(() => {
    friend.frames.length = 0
  })
  afterAll(() => friend.close())

  it('its words are one message, and it ends once that is stored', async () => {
    const run = send(['--chat', '3', 'Backup', 'done'])
    expect(await run.exitCode).toBe(0)
    expect((await friend.next('MESSAGE')).payload).toMatchObject({
      ...{ chat_id: 3, sender_id: 5, content: 'Backup done' },
    })
    expect(run.stdout() + run.stderr()).toBe('')
  })

  it('without words it sends its input whole, but for the line end at its end', async () => {
    const run = send(['--support', '7'], 'one\n\ntwo\r\n')
    expect(await run.exitCode).toBe(0)
    expect((await friend.next('SUPPORT_MESSAGE')).payload).toMatchObject({
      ...{ support_chat_id: 7, content: 'one\n\ntwo' },
    })
  })

  it.each([
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1')],
    ['Latin-1', Buffer.from('caf\xe9', 'latin1')],
    ['half a character', Buffer.from('漢').subarray(0, 2)],
    ['zeros', Buffer.alloc(10)],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ])('%s is not text, and not sent', async (_name, bytes) => {
    const run = send(['--chat', '3'], bytes)
    expect(await run.exitCode).toBe(2)
    expect(run.stderr()).toBe('chatws: standard input is not text: it cannot be sent\n')
  })

  it('a replacement character that was there is text', async () => {
    const run = send(['--chat', '3'], Buffer.from('\ufffd'))
    expect(await run.exitCode).toBe(0)
    expect((await friend.next('MESSAGE')).payload.content).toBe('\ufffd')
  })

  it('--reply-to answers a message, and --json prints the ACK', async () => {
    friend.send({ type: 'NEW_MESSAGE', chat_id: 4, sender_id: 6, content: 'Seen?' })
    const { id } = (await friend.next('MESSAGE')).payload
    const run = send(['--chat', '4', '--reply-to', String(id), '--json', 'Seen'])
    expect(await run.exitCode).toBe(0)
    const { payload } = await friend.next('MESSAGE', 2)
    expect(payload).toMatchObject({ reply_to: id, content: 'Seen' })
    expect(run.stdout()).toMatch(/^.+\n$/)
    expect(JSON.parse(run.stdout())).toMatchObject({
      ...{ type: 'ACK', id: payload.id, offset: payload.offset },
    })
  })

  it('--json prints whom the text mentions, by name or id', async () => {
    friend.send({ type: 'PROFILE', name: 'Ann', client_id: 'p1' })
    await friend.next('ACK')
    const run = send(['--chat', '4', '--json', 'Your turn, @ann, or @77; mail me@6'])
    expect(await run.exitCode).toBe(0)
    expect(JSON.parse(run.stdout())).toMatchObject({ type: 'ACK', mentions: [6, 77] })
    expect((await friend.next('MESSAGE')).payload.mentions).toEqual([6, 77])
  })

  it('--no-mentions mentions nobody', async () => {
    const run = send(['--chat', '4', '--no-mentions', '--json', '@6'])
    expect(await run.exitCode).toBe(0)
    expect((await friend.next('MESSAGE')).payload).not.toHaveProperty('mentions')
    expect(JSON.parse(run.stdout())).not.toHaveProperty('mentions')
  })

  it('mentions members alone where chats have members', async () => {
    const members = await startServer({ access: 'members' })
    const ann = await WireClient.connect(members.url, 5)
    ann.send({ type: 'CREATE_CHAT', members: [6], client_id: 'c1' })
    await ann.next('ACK')
    const run = send(['--url', members.url, '--chat', '1', '@6 and @7'])
    expect(await run.exitCode).toBe(0)
    expect((await ann.next('MESSAGE')).payload.mentions).toEqual([6])
    const refused = send(['--url', members.url, '--chat', '9', '@6'])
    expect(await refused.exitCode).toBe(1)
    expect(refused.stderr()).toBe(
      'chatws: There is no chat 9 for user 5: a member adds users by "/invite 5" in chatws connect\n',
    )
    const support = await WireClient.connect(members.url, 6)
    support.send({
      ...{ type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 3 },
      sender_id: 6,
      content: 'hi',
    })
    await support.next('SUPPORT_MESSAGE')
    const others = send(['--url', members.url, '--support', '3', 'me too'])
    expect(await others.exitCode).toBe(1)
    expect(others.stderr()).toMatch(
      /^chatws: There is no support chat 3 for user 5: it is for who opened/,
    )
    await support.close()
    await ann.close()
    await members.close()
  })

  it('a text with an @ is given up in time too, or when the server refuses the user', async () => {
    const args = ['--chat', '1', '--url', 'ws://127.0.0.1:1', '--timeout', '1.5', '@6']
    const late = send(args)
    expect(await late.exitCode).toBe(1)
    expect(late.stderr()).toMatch(/^chatws: not known to be stored after 1.5 s .*ECONNREFUSED/)
    const security = { authenticator: new Authenticator(createTokenVerifier({ secret: SECRET })) }
    const { url, close } = await startServer({ security })
    const refused = send(['--chat', '1', '--url', url, '@6'])
    expect(await refused.exitCode).toBe(1)
    await close()
  })

  it.each([
    [['Hello'], undefined, /^chatws: --chat: is required/],
    [['--chat', '1'], '\n', /^chatws: there is no text to send\n$/],
    [['--chat', '1', '  '], undefined, /^chatws: there is no text to send\n$/],
    [['--chat', 'x', 'Hello'], undefined, /^chatws: --chat: must be a positive whole number/],
    [['--chat', '1', '--timeout', '0', 'Hello'], undefined, /^chatws: --timeout: must be above 0/],
  ])('%j with the input %j is wrong usage', async (args, input, problem) => {
    const run = send(args, input)
    expect(await run.exitCode).toBe(2)
    expect(run.stderr()).toMatch(problem)
  })

  it('what the server refuses ends it with exit code 1', async () => {
    const run = send(['--chat', '1', '--reply-to', '999999', 'Hello'])
    expect(await run.exitCode).toBe(1)
    expect(run.stderr()).toMatch(/^chatws: .*reply_to/)
  })

  it('what is not stored in time ends it with exit code 1 and says why', async () => {
    const run = send(['--chat', '1', '--url', 'ws://127.0.0.1:1', '--timeout', '1.5', 'Hello'])
    expect(await run.exitCode).toBe(1)
    expect(run.stderr()).toMatch(/^chatws: not known to be stored after 1.5 s .*ECONNREFUSED/)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends it with exit code %i', async (signal, exitCode) => {
    const run = send(['--chat', '1', '--url', 'ws://127.0.0.1:1', 'Hello'])
    const stopping = setInterval(() => run.raise(signal), 5)
    expect(await run.exitCode).toBe(exitCode)
    clearInterval(stopping)
  })
})
