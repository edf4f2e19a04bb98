import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AdminToken } from '../../src/server/auth/admin-token.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { WalkClient } from '../attack/walk-client.ts'
import { TestDatabase } from '../storage/test-database.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { ADMIN_TOKEN, SECRET, signToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

const FAR = '2199-01-01T00:00:00.000Z'

let server: TestServer
const clients: WalkClient[] = []
beforeEach(async () => {
  server = await startServer({
    access: 'members',
    database: 'sqlite',
    security: {
      authenticator: new Authenticator(createTokenVerifier({ secret: SECRET })),
      adminToken: new AdminToken(ADMIN_TOKEN),
    },
  })
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await server.close()
})

async function connect(userId: number, claims: Record<string, unknown> = {}): Promise<WalkClient> {
  const token = await signToken(`${userId}`, { claims })
  const client = await WalkClient.open(server.url, userId, undefined, token)
  clients.push(client)
  return client
}

async function http(method: 'GET' | 'POST', path: string, body?: object) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const act = (body: object) => http('POST', '/api/admin/act', body)

async function ack(client: WalkClient, frame: object): Promise<{ id: number; offset: number }> {
  const answer = await client.ask(frame)
  expect(answer, JSON.stringify(frame)).toMatchObject({ type: 'ACK' })
  return answer as { id: number; offset: number } & typeof answer
}

/** A chat of user 1 with some members, and a message of user 2 in it. */
async function makeChat(owner: WalkClient, member: WalkClient) {
  const chat = (await ack(owner, { type: 'CREATE_CHAT', title: 'Talk', members: [2, 3] })).id
  const message = { type: 'NEW_MESSAGE', chat_id: chat, sender_id: 2, content: 'rude words' }
  return { chat, message: (await ack(member, message)).id }
}

it.each([
  ['removed', { type: 'REMOVE_MEMBERS', users: [2] }],
  ['banned', { type: 'BAN', user: 2 }],
])('one who is %s while typing is told to have stopped', async (_how, frame) => {
  const [owner, member, other] = [await connect(1), await connect(2), await connect(3)]
  const { chat } = await makeChat(owner, member)
  for (const client of [member, other]) client.send({ type: 'TYPING', chat_id: chat, typing: true })
  const hears = (userId: number, typing: boolean) =>
    owner
      .peek()
      .some((told) => told.type === 'TYPING' && told.userId === userId && told.typing === typing)
  await until(() => hears(2, true) && hears(3, true), 'typing')
  await ack(owner, { ...frame, chat_id: chat })
  await until(() => hears(2, false), 'the end of typing')
  // Long before that of one who says nothing more.
  expect(hears(3, false)).toBe(false)
})

describe('what moderators do, done by an admin over HTTP', () => {
  it('each act is done, told as by 0, and in the audit in order', async () => {
    const [owner, member] = [await connect(1), await connect(2)]
    const { chat, message } = await makeChat(owner, member)
    for (const frame of [
      { type: 'MUTE', chat_id: chat, user: 3, until: FAR },
      { type: 'SET_ROLE', chat_id: chat, user: 3, role: 'moderator' },
      { type: 'CHANGE_CHAT', chat_id: chat, slow_mode: 10 },
      { type: 'PIN', message_id: message, pinned: true },
      { type: 'DELETE', message_id: message },
      { type: 'REMOVE_MEMBERS', chat_id: chat, users: [2] },
      { type: 'BAN', chat_id: chat, user: 3, reason: 'enough' },
      { type: 'UNBAN', chat_id: chat, user: 3 },
    ]) {
      const done = await act(frame)
      expect(done, JSON.stringify(frame)).toMatchObject({ status: 200 })
      expect(done.body.offset).toEqual(expect.any(Number))
    }
    await owner.barrier()
    const heard = owner.take().filter(({ type }) => type !== 'PONG')
    expect(heard).toContainEqual(
      expect.objectContaining({
        type: 'MESSAGE_DELETED',
        payload: expect.objectContaining({ id: message, sender_id: 2, by: 0 }),
      }),
    )
    const acts = ['mute', 'role', 'remove', 'ban', 'unban'].map((name) => ({ name }))
    const heardActs = heard.flatMap((frame) =>
      frame.type === 'MEMBERS_CHANGED' ? [{ name: frame.act }] : [],
    )
    expect(heardActs).toEqual(acts)
    const audit = await http('GET', '/api/admin/audit')
    const rows = audit.body.acts as { act: string; actor: number; user?: number }[]
    expect(rows.map((row) => row.act)).toEqual([
      'mute',
      'role',
      'change_chat',
      'delete',
      'remove',
      'ban',
      'unban',
    ])
    expect(rows.every(({ actor }) => actor === 0)).toBe(true)
    const ofUser = await http('GET', '/api/admin/audit?user=2')
    expect((ofUser.body.acts as { act: string }[]).map((row) => row.act)).toEqual([
      'delete',
      'remove',
    ])
  })

  it.each([
    ['a chat that is not there', { type: 'MUTE', chat_id: 99, user: 3, until: FAR }, 404],
    ['a message that is not there', { type: 'DELETE', message_id: 99 }, 404],
    ['a report that is not there', { type: 'RESOLVE_REPORT', report_id: 99, resolution: 'x' }, 404],
    [
      'a frame of another kind',
      { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x' },
      400,
    ],
    ['a frame of nothing', {}, 400],
  ])('%s is refused', async (_what, frame, status) => {
    expect(await act(frame)).toMatchObject({ status })
  })

  it('kicks and announcements are in the audit, too', async () => {
    await http('POST', '/api/admin/kick', { userId: 5 })
    await http('POST', '/api/admin/announce', { text: 'Hello' })
    const { body } = await http('GET', '/api/admin/audit')
    expect((body.acts as object[]).map((row) => row)).toMatchObject([
      { act: 'kick', user: 5 },
      { act: 'announce' },
    ])
  })

  it('nobody but an admin does any of it', async () => {
    const token = await signToken('1')
    for (const [method, path] of [
      ['POST', '/api/admin/act'],
      ['POST', '/api/admin/users/1'],
      ['GET', '/api/admin/reports'],
      ['GET', '/api/admin/audit'],
    ] as const) {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
      expect(response.status, path).toBe(403)
    }
  })
})

describe('a ban', () => {
  it('closes what is open with 4506 and its reason, and keeps the user out, over HTTP as well', async () => {
    const member = await connect(2)
    const closed = member.closed
    expect(await act({ type: 'BAN', user: 2, reason: 'spam' })).toMatchObject({ status: 200 })
    expect(await closed).toEqual({ code: 4506, reason: 'Banned: spam' })
    const again = new WireClient(`${server.url}?userId=2&token=${await signToken('2')}`)
    expect(await again.closed).toEqual({ code: 4506, reason: 'Banned: spam' })
    const refused = await fetch(`http://127.0.0.1:${server.port}/api/presence`, {
      headers: { authorization: `Bearer ${await signToken('2')}` },
    })
    expect(refused.status).toBe(403)
  })

  it('survives a restart, and holds in an open server, too', async () => {
    const database = TestDatabase.sqlite()
    const security = { adminToken: new AdminToken(ADMIN_TOKEN) }
    const first = await startServer({ store: await database.open(), security })
    const done = await fetch(`http://127.0.0.1:${first.port}/api/admin/act`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'BAN', user: 2 }),
    })
    expect(done.status).toBe(200)
    await first.server.close()
    const second = await startServer({ store: await database.open(), security })
    const refused = new WireClient(`${second.url}?userId=2`)
    expect(await refused.closed).toEqual({ code: 4506, reason: 'Banned' })
    const other = await WireClient.connect(second.url, 3)
    await other.close()
    await second.server.close()
    await database.drop()
  })

  it('is lifted, after which only tokens from before are refused until they are new', async () => {
    const iat = Math.floor(Date.now() / 1000) - 100
    await act({ type: 'BAN', user: 2, until: new Date(Date.now() + 300).toISOString() })
    await new Promise((resolve) => setTimeout(resolve, 400))
    const old = await signToken('2', { claims: { iat } })
    const refused = new WireClient(`${server.url}?userId=2&token=${old}`)
    expect(await refused.closed).toMatchObject({ code: 4502 })
    const fresh = await signToken('2', { claims: { iat: Math.floor(Date.now() / 1000) + 2 } })
    const back = new WireClient(`${server.url}?userId=2&token=${fresh}`)
    await back.next('CONNECTION_ESTABLISHED')
    await back.close()
    expect(await act({ type: 'UNBAN', user: 2 })).toMatchObject({ status: 200 })
    const forgiven = new WireClient(`${server.url}?userId=2&token=${old}`)
    await forgiven.next('CONNECTION_ESTABLISHED')
    await forgiven.close()
  })
})

describe('a report', () => {
  it('reaches moderators and nobody else, and is resolved once', async () => {
    const [owner, member, other] = [await connect(1), await connect(2), await connect(3)]
    const { message } = await makeChat(owner, member)
    await ack(other, { type: 'REPORT', message_id: message, reason: 'rude' })
    for (const client of [owner, member, other]) await client.barrier()
    const reported = owner.take().filter(({ type }) => type === 'REPORTED')
    expect(reported).toMatchObject([
      {
        report: {
          message_id: message,
          sender_id: 2,
          reporter: 3,
          reason: 'rude',
          content: 'rude words',
        },
      },
    ])
    for (const client of [member, other])
      expect(client.take().some(({ type }) => type === 'REPORTED')).toBe(false)
    const listed = await owner.ask({ type: 'REPORTS' })
    const [report] = (listed as unknown as { reports: { id: number }[] }).reports
    const resolve = { type: 'RESOLVE_REPORT', report_id: report!.id, resolution: 'deleted' }
    expect(await member.ask(resolve)).toMatchObject({ type: 'ERROR', code: 'NOT_FOUND' })
    await ack(owner, resolve)
    expect((await http('GET', '/api/admin/reports')).body.reports).toEqual([])
    const all = (await http('GET', '/api/admin/reports?all=true')).body.reports
    expect(all).toMatchObject([{ id: report!.id, resolution: 'deleted', resolved_by: 1 }])
  })
})

describe('a name', () => {
  it('comes with the token, is told to those who share a chat, and is set by an admin', async () => {
    const [owner, member] = [await connect(1), await connect(2)]
    await makeChat(owner, member)
    const stranger = await connect(9)
    await connect(2, { name: 'Berta' })
    await http('POST', '/api/admin/users/1', { name: 'Anna' })
    for (const client of [owner, member, stranger]) await client.barrier()
    const told = (client: WalkClient) =>
      client.take().flatMap((frame) => (frame.type === 'USER_CHANGED' ? [frame.name] : []))
    expect(told(member)).toEqual(['Berta', 'Anna'])
    expect(told(stranger)).toEqual([])
    expect(await member.ask({ type: 'USERS', ids: [1, 2, 9] })).toMatchObject({
      users: [
        { id: 1, name: 'Anna' },
        { id: 2, name: 'Berta' },
      ],
    })
    expect(await stranger.ask({ type: 'USERS', ids: [1, 2] })).toMatchObject({ users: [] })
  })
})

describe('while what a user may read is being read', () => {
  /** Connects a user whose memberships are read only once something else was done. */
  async function connectDuring(userId: number, act: () => Promise<unknown>): Promise<WireClient> {
    const { access } = server.store
    const read = access.membershipsOf.bind(access)
    let begun = () => {}
    const asked = new Promise<void>((resolve) => {
      begun = resolve
    })
    let done = () => {}
    const acted = new Promise<void>((resolve) => {
      done = resolve
    })
    const spy = vi.spyOn(access, 'membershipsOf').mockImplementationOnce(async (...args) => {
      const rows = await read(...args)
      begun()
      await acted
      return rows
    })
    const client = new WireClient(
      `${server.url}?userId=${userId}&token=${await signToken(`${userId}`)}`,
    )
    await asked
    await act()
    done()
    spy.mockRestore()
    return client
  }

  it('a ban keeps the user out', async () => {
    const client = await connectDuring(2, () => act({ type: 'BAN', user: 2 }))
    expect(await client.closed).toEqual({ code: 4506, reason: 'Banned' })
    expect(client.frames).toEqual([])
  })

  it('a moderator who is one no more hears of no report', async () => {
    const [owner, other] = [await connect(1), await connect(3)]
    const chat = (await ack(owner, { type: 'CREATE_CHAT', members: [2, 3] })).id
    await ack(owner, { type: 'SET_ROLE', chat_id: chat, user: 2, role: 'moderator' })
    const write = { type: 'NEW_MESSAGE', chat_id: chat, sender_id: 1, content: 'words' }
    const message = (await ack(owner, write)).id
    const client = await connectDuring(2, () =>
      ack(owner, { type: 'SET_ROLE', chat_id: chat, user: 2, role: 'reader' }),
    )
    await client.next('CONNECTION_ESTABLISHED')
    await ack(other, { type: 'REPORT', message_id: message, reason: 'bad' })
    await ack(owner, write)
    await client.next('MESSAGE')
    expect(client.all('REPORTED')).toEqual([])
    await client.close()
  })
})

describe('one who is blocked in a direct chat', () => {
  it('changes nothing there that the other would see, and is not counted in a thread', async () => {
    const [anna, bob] = [await connect(1), await connect(2)]
    const chat = (await ack(anna, { type: 'DIRECT', user: 2 })).id
    const write = (userId: number, more: object = {}) => ({
      ...{ type: 'NEW_MESSAGE', chat_id: chat, sender_id: userId, content: 'words', ...more },
    })
    const bobs = (await ack(bob, write(2))).id
    const annas = (await ack(anna, write(1))).id
    await ack(anna, write(1, { thread: annas }))
    await ack(anna, { type: 'BLOCK', user: 2 })
    await ack(bob, write(2, { thread: annas, content: 'hidden' }))
    for (const frame of [
      { type: 'EDIT', message_id: bobs, content: 'other words' },
      { type: 'REACT', message_id: annas, emoji: '👎' },
      { type: 'PIN', message_id: bobs, pinned: true },
    ])
      expect(await bob.ask(frame)).toMatchObject({ type: 'ERROR', code: 'FORBIDDEN' })
    expect(await anna.ask({ type: 'THREADS' })).toMatchObject({
      threads: [{ root: { id: annas }, replies: 1, last_reply: { sender_id: 1 } }],
    })
    await anna.barrier()
    expect(JSON.stringify(anna.take())).not.toContain('hidden')
  })
})

describe('one who is banned from a public chat', () => {
  it('does not find it, and cannot write in it with a token that grants it', async () => {
    const owner = await connect(1)
    const visibility = 'public'
    const chat = (await ack(owner, { type: 'CREATE_CHAT', title: 'Zebras', visibility })).id
    const banned = await connect(2, { chats: { [chat]: 'member' } })
    await ack(owner, { type: 'BAN', chat_id: chat, user: 2 })
    expect(await banned.ask({ type: 'PUBLIC_CHATS', text: 'zebras' })).toMatchObject({ chats: [] })
    const write = { type: 'NEW_MESSAGE', chat_id: chat, sender_id: 2, content: 'words' }
    expect(await banned.ask(write)).toMatchObject({ type: 'ERROR', code: 'NOT_FOUND' })
  })
})

describe('a name that is set', () => {
  it.each([
    ['turns the text around', 'An\u202ena', 'Anna'],
    ['has what cannot be seen', 'A\u200bn\u2060na', 'Anna'],
    ['has spaces around', '  Anna  ', 'Anna'],
  ])('is cleaned where it %s', async (_what, name, shown) => {
    const client = await connect(5)
    await ack(client, { type: 'PROFILE', name })
    expect(await client.ask({ type: 'USERS', ids: [5] })).toMatchObject({
      users: [{ id: 5, name: shown }],
    })
  })

  it('is refused where nothing of it can be seen', async () => {
    const client = await connect(5)
    const answer = await client.ask({ type: 'PROFILE', name: '\u200b\u202e' })
    expect(answer).toMatchObject({ type: 'ERROR', code: 'INVALID_FRAME' })
  })
})

describe('slow mode', () => {
  it('lets a member write now and then, and moderators always', async () => {
    const [owner, member] = [await connect(1), await connect(2)]
    const { chat } = await makeChat(owner, member)
    await ack(owner, { type: 'CHANGE_CHAT', chat_id: chat, slow_mode: 60 })
    const write = (userId: number) => ({
      ...{ type: 'NEW_MESSAGE', chat_id: chat, sender_id: userId, content: 'hello' },
    })
    await ack(member, write(2))
    const refused = await member.ask(write(2))
    expect(refused).toMatchObject({ type: 'ERROR', code: 'RATE_LIMITED' })
    const { retry_after_ms: waitMs } = refused as { retry_after_ms?: number }
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(60_000)
    await ack(owner, write(1))
    await ack(owner, write(1))
  })
})
