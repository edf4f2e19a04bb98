import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { main } from '../../src/cli/main.ts'
import type { CLIENT_FRAMES } from '../../src/protocol/client-frames.ts'
import { AdminToken } from '../../src/server/auth/admin-token.ts'
import { createFakeHost, type FakeHost } from '../support/fake-host.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { ADMIN_TOKEN } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

/** A run of `chatws connect` outside a terminal. */
class Run {
  readonly #fake: FakeHost
  readonly exitCode: Promise<number>

  constructor(args: string[], env: Record<string, string> = {}) {
    this.#fake = createFakeHost(env)
    this.exitCode = main(['connect', ...args], this.#fake.host)
  }

  get out(): string {
    return this.#fake.stdout()
  }

  get err(): string {
    return this.#fake.stderr()
  }

  get lines(): string[] {
    return this.out.split('\n').slice(0, -1)
  }

  signal(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void {
    this.#fake.raise(signal)
  }

  frames(): { type: string; [key: string]: unknown }[] {
    return this.lines.map((line) => JSON.parse(line))
  }

  type(...lines: string[]): void {
    for (const line of lines) this.#fake.stdin.write(`${line}\n`)
  }

  typeBytes(bytes: Uint8Array): void {
    this.#fake.stdin.write(bytes)
  }

  /** Ends the input, and resolves to the exit code. */
  async end(): Promise<number> {
    this.#fake.stdin.end()
    return await this.exitCode
  }

  async shows(line: string | RegExp): Promise<void> {
    const matches = (shown: string) =>
      typeof line === 'string' ? shown.includes(line) : line.test(shown)
    await until(() => this.lines.some(matches), String(line))
  }
}

let server: TestServer
const opened: WireClient[] = []

beforeAll(async () => {
  server = await startServer({ security: { adminToken: new AdminToken(ADMIN_TOKEN) } })
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((client) => client.close()))
})
afterAll(async () => {
  await server.close()
})

const run = (user: number, ...args: string[]) =>
  new Run(['--user', String(user), '--url', server.url, ...args])

async function other(userId: number): Promise<WireClient> {
  const client = await WireClient.connect(server.url, userId)
  opened.push(client)
  return client
}

/** A server that greets nobody: it closes every connection in this way. */
async function startRefusing(code: number, reason: string) {
  const refusing = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  refusing.on('connection', (socket) => socket.close(code, reason))
  await once(refusing, 'listening')
  const { port } = refusing.address() as AddressInfo
  return { url: `ws://127.0.0.1:${port}`, close: () => refusing.close() }
}

describe('the options of chatws connect', () => {
  it('every problem is told at once, with exit code 2', async () => {
    const wrong = new Run(['--user', 'x', '--url', 'http://127.0.0.1', '--chat', '0'])
    expect(await wrong.exitCode).toBe(2)
    expect(wrong.err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^chatws: --user: must be a positive whole number/),
      expect.stringMatching(/^chatws: --url: must be a ws:\/\/ or wss:\/\/ URL/),
      expect.stringMatching(/^chatws: --chat: must be a positive whole number/),
    ])
  })

  it.each(['ws://', 'ws://127.0.0.1/#part', '127.0.0.1:3004', 'ws://bad host'])(
    'the URL %j is wrong usage',
    async (url) => {
      const wrong = new Run(['--user', '1'], { CHATWS_URL: url })
      expect(await wrong.exitCode).toBe(2)
      expect(wrong.err).toMatch(/^chatws: CHATWS_URL: must be/)
    },
  )

  it('the user is required', async () => {
    const wrong = new Run([])
    expect(await wrong.exitCode).toBe(2)
    expect(wrong.err).toBe(
      'chatws: --user: is required: --user 123, CHATWS_USER, or "user" in a profile\n',
    )
  })

  it('the help has examples and exit codes', async () => {
    const help = new Run(['--help'])
    expect(await help.exitCode).toBe(0)
    expect(help.out).toContain('chatws connect --user 123 --json')
    expect(help.out).toContain('Exit codes:')
    expect(help.out).toContain('default: ws://127.0.0.1:3004')
  })
})

describe('chatws connect outside a terminal', () => {
  it('a line is a message to the chosen chat, and each event is a line', async () => {
    const run5 = run(5, '--chat', '3')
    await run5.shows('* connected as user 5; online: 5')
    const friend = await other(6)
    await run5.shows('* 6 is online')
    run5.type('Hello')
    const { payload } = await friend.next('MESSAGE')
    expect(payload).toMatchObject({ chat_id: 3, sender_id: 5, content: 'Hello' })
    friend.send({ type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 7, sender_id: 6, content: 'Hi' })
    await run5.shows(/^\d\d:\d\d:\d\d #3 <5> Hello$/)
    await run5.shows(/^\d\d:\d\d:\d\d support#7 <6> Hi$/)
    await friend.close()
    await run5.shows('* 6 is offline')
    expect(await run5.end()).toBe(0)
    expect(run5.err).toBe('')
  })

  it('commands choose the chat, and two slashes send one', async () => {
    const friend = await other(6)
    const run5 = run(5)
    run5.type('/join 4', 'in four', '/support 2', '//in support', '/quit', 'never sent')
    expect(await run5.exitCode).toBe(0)
    expect((await friend.next('MESSAGE')).payload).toMatchObject({ chat_id: 4, content: 'in four' })
    expect((await friend.next('SUPPORT_MESSAGE')).payload).toMatchObject({
      support_chat_id: 2,
      content: '/in support',
    })
    expect(friend.all('MESSAGE')).toHaveLength(1)
  })

  it('an announcement is a line', async () => {
    const run12 = new Run(['--user', '12', '--url', server.url])
    await run12.shows('connected as user 12')
    await fetch(`http://127.0.0.1:${server.port}/api/admin/announce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
      body: JSON.stringify({ text: 'Back at\u001b[2J noon' }),
    })
    await run12.shows(/^\* announcement: Back at.* noon$/)
    expect(run12.out).not.toContain('\u001b')
    expect(await run12.end()).toBe(0)
  })

  it('control sequences in messages do not reach the output', async () => {
    const run5 = run(5)
    await run5.shows('* connected')
    const friend = await other(6)
    const content = '\u001b]0;title\u0007a\nb\u009b2J\u202e'
    friend.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 6, content })
    await run5.shows('<6> ␛]0;title␇a⏎b\ufffd2J\ufffd')
    await run5.end()
    expect(run5.lines.join('')).not.toMatch(/\p{Cc}/u)
  })

  it('at the end of its input it waits until every message is stored', async () => {
    const count = 3_000
    const before = await server.store.lastOffset()
    const run5 = run(5)
    run5.type(...Array.from({ length: count }, (_, index) => `message ${index}`))
    expect(await run5.end()).toBe(0)
    expect(await server.store.lastOffset()).toBe(before + count)
  })

  it('an unknown command and a message that is too large are told with their lines', async () => {
    const run5 = run(5)
    run5.type('fine', '/jion 3', 'x'.repeat(70_000), 'also fine')
    expect(await run5.end()).toBe(1)
    expect(run5.err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^chatws: line 2: unknown command \/jion: did you mean \/join\?/),
      expect.stringMatching(/^chatws: line 3: not sent: the message is too large/),
    ])
  })

  it('what is not acknowledged is sent again once the server is back', async () => {
    const before = await server.store.lastOffset()
    const gate = createServer((socket) => {
      if (!isOpen) return socket.destroy()
      const inner = connectTcp(server.port, '127.0.0.1')
      socket.on('error', () => inner.destroy())
      inner.on('error', () => socket.destroy())
      return socket.pipe(inner).pipe(socket)
    })
    let isOpen = false
    gate.listen(0, '127.0.0.1')
    await once(gate, 'listening')
    const { port } = gate.address() as AddressInfo
    const run5 = new Run(['--user', '5', '--url', `ws://127.0.0.1:${port}`])
    run5.type('patience')
    await run5.shows(/^\* reconnecting in \d+ s, attempt 1: .*ECONNRESET/)
    isOpen = true
    expect(await run5.end()).toBe(0)
    expect(await server.store.lastOffset()).toBe(before + 1)
    gate.close()
  })

  it.each([
    [1008, 'Invalid user ID', 'The server refuses this connection: '],
    [4507, 'abuse\u001b[2J', 'The server refuses this connection: '],
    [4506, 'kicked\u001b[2J', 'An admin has sent this user away: '],
  ])(
    'a server that closes with %i ends it with exit code 1 and the reason',
    async (code, reason, words) => {
      const refusing = await startRefusing(code, reason)
      const run5 = new Run(['--user', '5', '--url', refusing.url])
      run5.type('lost')
      expect(await run5.exitCode).toBe(1)
      expect(run5.err).toContain(`chatws: ${words}`)
      expect(run5.err).toContain(reason.replace('\u001b', '␛'))
      refusing.close()
    },
  )

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('%s ends it with exit code %i', async (signal, exitCode) => {
    const run5 = run(5)
    await run5.shows('* connected')
    run5.signal(signal)
    expect(await run5.exitCode).toBe(exitCode)
    expect(run5.err).toBe('')
  })

  it('messages that were not acknowledged when a signal came are counted', async () => {
    const refusing = await startRefusing(1001, 'not now')
    const run5 = new Run(['--user', '5', '--url', refusing.url])
    run5.type('one', 'two')
    await run5.shows('* reconnecting')
    run5.signal('SIGTERM')
    expect(await run5.exitCode).toBe(143)
    expect(run5.err).toBe('chatws: 2 messages were not acknowledged and may be lost\n')
    refusing.close()
  })
})

describe('the end of the input of chatws connect', () => {
  const LINES = Array.from({ length: 2_000 }, (_, index) => `line ${index}`)

  it.each([[[]], [['--json']]])('comes behind all that came of it: %j', async (flags) => {
    const run5 = run(5, '--chat', '32', ...flags)
    const frameOf = (content: string) =>
      JSON.stringify({ type: 'NEW_MESSAGE', chat_id: 32, content })
    run5.type(...(flags.length === 0 ? LINES : LINES.map(frameOf)))
    expect(await run5.end()).toBe(0)
    const told = run5.lines.filter((line) => /line \d+/.test(line))
    expect(told).toHaveLength(LINES.length)
  })

  it('is given up where there is no connection for as long as was said', async () => {
    const nowhere = ['--user', '5', '--url', 'ws://127.0.0.1:9', '--timeout', '0.3']
    for (const flags of [[], ['--json']]) {
      const run5 = new Run([...nowhere, ...flags])
      run5.type(flags.length === 0 ? 'Hello' : '{"type":"PING","t":1}')
      expect(await run5.end()).toBe(1)
      expect(run5.err).toMatch(/^chatws: no connection for 0.3 s: .*ECONNREFUSED/m)
    }
  })

  it('is refused with its line where it is not text', async () => {
    const run5 = run(5)
    run5.typeBytes(Buffer.from('fine\n\xff\xfe\n\0\nfine too\n', 'latin1'))
    expect(await run5.end()).toBe(1)
    expect(run5.err.trimEnd().split('\n')).toEqual([
      'chatws: line 2: not text in UTF-8',
      'chatws: line 3: not text in UTF-8',
    ])
  })
})

describe('chatws connect --json', () => {
  it('frames go in and frames come out', async () => {
    const run5 = run(5, '--json')
    run5.type(
      '{"type":"NEW_MESSAGE","chat_id":3,"content":"Hello"}',
      '',
      '{"type":"NEW_SUPPORT_MESSAGE","support_chat_id":4,"sender_id":5,"content":"Hi","client_id":"mine"}',
    )
    expect(await run5.end()).toBe(0)
    const frames = run5.frames()
    expect(frames[0]).toMatchObject({ type: 'CONNECTION_ESTABLISHED', userId: 5 })
    const acks = frames.filter(({ type }) => type === 'ACK')
    expect(acks).toHaveLength(2)
    expect(acks[1]).toMatchObject({ client_id: 'mine' })
  })

  it('every frame that a client may send is taken, and answered before the end', async () => {
    const run5 = run(5, '--json')
    const message = { chat_id: 31, content: 'first' }
    const type = (frame: object) => run5.type(JSON.stringify(frame))
    type({ type: 'NEW_MESSAGE', ...message })
    const isMessage = (frame: { type: string }) => frame.type === 'MESSAGE'
    await until(() => run5.lines.length > 0 && run5.frames().some(isMessage), 'the message')
    const { id } = (run5.frames().find(isMessage) as unknown as { payload: { id: number } }).payload
    const frames: Record<Exclude<keyof typeof CLIENT_FRAMES, 'AUTH'>, object> = {
      NEW_MESSAGE: message,
      NEW_SUPPORT_MESSAGE: { support_chat_id: 31, content: 'help' },
      EDIT: { message_id: id, content: 'second' },
      REACT: { message_id: id, emoji: '👍' },
      DELETE: { message_id: id },
      SUPPORT_UPDATE: { support_chat_id: 31, status: 'closed' },
      HISTORY: { chat_id: 31 },
      PRESENCE: {},
      CHATS: {},
      SEARCH: { text: 'second' },
      SUPPORT_QUEUE: {},
      DELIVERED: { chat_id: 31, id },
      READ: { chat_id: 31, id },
      TYPING: { chat_id: 31, typing: true },
      ACTIVITY: { state: 'idle' },
      PING: { t: 77 },
      CREATE_CHAT: { title: 'new', client_id: 'create' },
      CHANGE_CHAT: { chat_id: 31, title: 'newer' },
      DIRECT: { user: 6, client_id: 'direct' },
      JOIN: { chat_id: 31 },
      LEAVE: { chat_id: 31 },
      ADD_MEMBERS: { chat_id: 31, users: [6] },
      REMOVE_MEMBERS: { chat_id: 31, users: [6] },
      SET_ROLE: { chat_id: 31, user: 6, role: 'owner' },
      MUTE: { chat_id: 31, user: 6, until: null },
      BAN: { user: 6 },
      UNBAN: { user: 6 },
      CHAT: { chat_id: 31 },
      MEMBERS: { chat_id: 31 },
      PUBLIC_CHATS: {},
      REPORTS: {},
      RESOLVE_REPORT: { report_id: 1, resolution: 'none' },
      PROFILE: { name: 'Anna' },
      BLOCK: { user: 6 },
      UNBLOCK: { user: 6 },
      REPORT: { message_id: id, reason: 'spam' },
      PIN: { message_id: id, pinned: true },
      CHAT_SETTINGS: { chat_id: 31, notify: 'none' },
      FOLLOW: { message_id: id, followed: true },
      USERS: { ids: [5] },
      BLOCKED: {},
      PINS: { chat_id: 31 },
      THREADS: {},
      SUBSCRIBE: { chats: [31], client_id: 'narrow' },
    }
    for (const [name, fields] of Object.entries(frames)) type({ type: name, ...fields })
    await run5.end()
    const types = new Set(run5.frames().map((frame) => frame.type))
    for (const answer of ['HISTORY', 'PRESENCE', 'CHATS', 'SEARCH', 'MESSAGE_EDITED', 'REACTION'])
      expect(types).toContain(answer)
    expect(run5.frames()).toContainEqual(expect.objectContaining({ type: 'PONG', t: 77 }))
    expect(run5.frames()).toContainEqual(
      expect.objectContaining({ type: 'SUBSCRIBED', client_id: 'narrow' }),
    )
    // What only agents and admins may do is refused, and what needs members.
    const refusals =
      /^(chatws: line \d+: not sent: (Only (agents|admins) |\w+ needs a server with --access members|There is no message).*\n)*$/
    expect(run5.err).toMatch(refusals)
  })

  it('wrong lines are told with their numbers, and the others are sent', async () => {
    const run5 = run(5, '--json')
    run5.type('nonsense', '{"type":"NEW_MESSAGE","chat_id":3,"content":"fine"}', '{"type":"PING"}')
    expect(await run5.end()).toBe(1)
    expect(run5.err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^chatws: line 1: not JSON/),
      expect.stringMatching(/^chatws: line 3: t: /),
    ])
    expect(run5.frames().filter(({ type }) => type === 'ACK')).toHaveLength(1)
  })

  it('a message that the server refuses is told with its line', async () => {
    const run5 = run(5, '--json')
    run5.type('{"type":"NEW_MESSAGE","chat_id":3,"sender_id":9,"content":"not mine"}')
    expect(await run5.end()).toBe(1)
    expect(run5.err).toMatch(/^chatws: line 1: not sent: sender_id is 9/)
    expect(run5.frames()).toContainEqual(expect.objectContaining({ code: 'SENDER_MISMATCH' }))
  })

  it('the output holds no control characters but its line ends', async () => {
    const run5 = run(5, '--json')
    await until(() => run5.lines.length > 0, 'the greeting')
    const friend = await other(6)
    const content = '\u001b[2J\u007f\u009b\u2028\u202e'
    friend.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 6, content })
    await until(() => run5.frames().some(({ type }) => type === 'MESSAGE'), 'the message')
    await run5.end()
    expect(run5.lines.join('')).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
    expect(run5.frames()).toContainEqual(
      expect.objectContaining({ payload: expect.objectContaining({ content }) }),
    )
  })

  it('that it reconnects is told beside the frames', async () => {
    const refusing = await startRefusing(1001, 'not now')
    const run5 = new Run(['--user', '5', '--url', refusing.url, '--json'])
    await until(() => run5.err.includes('reconnecting'), 'the notice')
    expect(run5.err).toMatch(/^chatws: reconnecting in \d+ s, attempt 1: not now\n/)
    expect(run5.out).toBe('')
    expect(await run5.end()).toBe(0)
    refusing.close()
  })
})
