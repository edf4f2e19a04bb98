import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdminToken } from '../../src/server/auth/admin-token.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { ADMIN_TOKEN } from '../support/tokens.ts'
import { WireClient } from '../support/wire-client.ts'
import { withMethods } from '../support/with-methods.ts'

const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` }

let server: TestServer
let drainRequests = 0
beforeAll(async () => {
  server = await startServer({
    security: { adminToken: new AdminToken(ADMIN_TOKEN) },
    onDrainRequest: () => {
      drainRequests += 1
    },
  })
})
afterAll(() => server.close())

interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  body: any
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init)
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  }
}

const post = (path: string, body?: object, headers: Record<string, string> = ADMIN) =>
  ask(path, {
    method: 'POST',
    ...(body ? { body: JSON.stringify(body) } : {}),
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
  })

/** Stores messages in a chat and returns their payloads. */
async function say(chatId: number, texts: readonly string[], kind = 'chat') {
  const client = await WireClient.connect(server.url, 900)
  for (const [i, content] of texts.entries())
    client.send(
      kind === 'chat'
        ? {
            type: 'NEW_MESSAGE',
            chat_id: chatId,
            sender_id: 900,
            content,
            client_id: `${chatId}-${i}`,
          }
        : {
            type: 'NEW_SUPPORT_MESSAGE',
            support_chat_id: chatId,
            sender_id: 900,
            content,
            client_id: `s${chatId}-${i}`,
          },
    )
  for (const _ of texts) await client.next('ACK')
  client.socket.close()
  await client.closed
}

describe('health', () => {
  test.each(['/healthz', '/readyz'])('%s is ok while the server runs', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  test('a server that stops is alive but not ready', async () => {
    const own = await startServer()
    // A client that does not answer its close frame keeps the server from being gone at once.
    const client = await WireClient.connect(own.url, 1)
    client.socket.pause()
    const closed = own.close()
    const answer = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${own.port}${path}`)
      return { status: response.status, body: await response.json() }
    }
    expect(await answer('/healthz')).toEqual({ status: 200, body: { status: 'ok' } })
    expect(await answer('/readyz')).toEqual({
      status: 503,
      body: { code: 'UNAVAILABLE', message: 'The server is draining' },
    })
    client.socket.resume()
    await closed
  })

  test('a server whose database is away is not ready, and says so', async () => {
    let calls = 0
    const own = await startServer({
      wrapStore: (store) =>
        withMethods(store, {
          lastOffset: () => {
            calls += 1
            return calls === 1 ? store.lastOffset() : Promise.reject(new Error('secret reason'))
          },
        }),
    })
    try {
      const response = await fetch(`http://127.0.0.1:${own.port}/readyz`)
      expect(response.status).toBe(503)
      expect(await response.json()).toEqual({
        code: 'UNAVAILABLE',
        message: 'The database does not answer',
      })
    } finally {
      await own.close()
    }
  })
})

describe('messages', () => {
  const contents = ({ body }: Answer) =>
    body.messages.map(({ content }: { content: string }) => content)

  test('come oldest first, page by page by id', async () => {
    await say(71, ['a', 'b', 'c', 'd', 'e'])
    const newest = await ask('/api/chats/71/messages?limit=2')
    expect(contents(newest)).toEqual(['d', 'e'])
    expect(newest.body.has_more).toBe(true)
    const before = newest.body.messages[0].id
    const older = await ask(`/api/chats/71/messages?limit=3&before=${before}`)
    expect(contents(older)).toEqual(['a', 'b', 'c'])
    expect(older.body.has_more).toBe(false)
  })

  test('are those of the HISTORY frame', async () => {
    await say(72, ['one', 'two'])
    const client = await WireClient.connect(server.url, 901)
    client.send({ type: 'HISTORY', chat_id: 72 })
    const frame = await client.next('HISTORY')
    expect((await ask('/api/chats/72/messages')).body.messages).toEqual(frame.messages)
    client.socket.close()
  })

  test('of support chats come from their own address', async () => {
    await say(73, ['help'], 'support')
    expect(contents(await ask('/api/support-chats/73/messages'))).toEqual(['help'])
    expect(contents(await ask('/api/chats/73/messages'))).toEqual([])
  })

  test.each([
    '/api/chats/0/messages',
    '/api/chats/x/messages',
    '/api/chats/-1/messages',
    '/api/chats/1.5/messages',
    '/api/chats/9007199254740993/messages',
    '/api/chats/1/messages?limit=0',
    '/api/chats/1/messages?limit=1001',
    '/api/chats/1/messages?before=x',
    '/api/chats/1/messages?befor=1',
  ])('%s is refused with INVALID_REQUEST', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
  })
})

test('presence lists the users online with their connections', async () => {
  const clients = [
    await WireClient.connect(server.url, 31),
    await WireClient.connect(server.url, 31),
    await WireClient.connect(server.url, 32),
  ]
  const { body } = await ask('/api/presence')
  expect(body.users).toContainEqual({ userId: 31, connections: 2 })
  expect(body.users).toContainEqual({ userId: 32, connections: 1 })
  // Page by page, all of them once.
  const paged: unknown[] = []
  let hasMore = true
  while (hasMore) {
    const page = await ask(`/api/presence?limit=1&skip=${paged.length}`)
    expect(page.body.users).toHaveLength(1)
    paged.push(...page.body.users)
    hasMore = page.body.has_more
  }
  expect(paged).toEqual(body.users)
  expect(body.has_more).toBe(false)
  expect((await ask('/api/presence?limit=10001')).status).toBe(400)
  expect((await ask('/api/presence?skip=-1')).status).toBe(400)
  for (const client of clients) client.socket.close()
})

describe('administration', () => {
  test('a kick closes every connection of the user with 4506, and no other', async () => {
    const kicked = [
      await WireClient.connect(server.url, 41),
      await WireClient.connect(server.url, 41),
    ]
    const other = await WireClient.connect(server.url, 42)
    expect(await post('/api/admin/kick', { userId: 41 })).toMatchObject({
      status: 200,
      body: { connections: 2 },
    })
    for (const client of kicked)
      expect(await client.closed).toEqual({ code: 4506, reason: 'Kicked' })
    await other.next('USER_OFFLINE')
    expect(other.socket.readyState).toBe(other.socket.OPEN)
    other.socket.close()
  })

  test('an announcement reaches everyone who is connected', async () => {
    const clients = [
      await WireClient.connect(server.url, 51),
      await WireClient.connect(server.url, 52),
    ]
    const { body } = await post('/api/admin/announce', { text: 'Maintenance at noon' })
    expect(body.connections).toBeGreaterThanOrEqual(2)
    for (const client of clients)
      expect(await client.next('ANNOUNCEMENT')).toMatchObject({ text: 'Maintenance at noon' })
    for (const client of clients) client.socket.close()
  })

  test('a drain is passed on to whoever runs the server', async () => {
    const before = drainRequests
    expect(await post('/api/admin/drain')).toMatchObject({
      status: 202,
      body: { draining: true },
    })
    expect(drainRequests).toBe(before + 1)
  })

  test.each<[path: string, what: string, body: object]>([
    ['/api/admin/kick', 'no user', {}],
    ['/api/admin/kick', 'a user that is none', { userId: 0 }],
    ['/api/admin/kick', 'a field it does not know', { userId: 1, hard: true }],
    ['/api/admin/announce', 'no text', { text: '' }],
    ['/api/admin/announce', 'too long a text', { text: 'x'.repeat(2_001) }],
  ])('%s refuses %s', async (path, _what, body) => {
    expect(await post(path, body)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    })
  })

  test.each([
    ['a page of another origin', { ...ADMIN, origin: 'http://evil.example' }],
    ['a page without an origin', { ...ADMIN, origin: 'null' }],
  ])('%s may not drain the server', async (_who, headers) => {
    const before = drainRequests
    expect(await post('/api/admin/drain', undefined, headers)).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    })
    expect(drainRequests).toBe(before)
  })

  const MISSING = 'Bearer'
  const WRONG = 'Bearer error="invalid_token"'
  test.each<[string, Record<string, string>, string]>([
    ['a request that a proxy passed on', { 'x-forwarded-for': '203.0.113.9' }, MISSING],
    ['a request from this machine', {}, MISSING],
    ['one that says it is an admin', { 'x-admin': '1', cookie: 'role=admin' }, MISSING],
    ['one with another token', { authorization: 'Bearer another' }, WRONG],
    [
      'one with the beginning of the token',
      { authorization: ADMIN.authorization.slice(0, -1) },
      WRONG,
    ],
    ['one with no token after Bearer', { authorization: 'Bearer ' }, MISSING],
    [
      'one with the token as a password',
      { authorization: `Basic ${btoa(`:${ADMIN_TOKEN}`)}` },
      MISSING,
    ],
  ])('%s may not drain the server, and is asked for a token', async (_who, headers, challenge) => {
    const before = drainRequests
    const response = await fetch(`${server.url.replace('ws', 'http')}/api/admin/drain`, {
      method: 'POST',
      headers,
    })
    const message = challenge === WRONG ? 'is not the server' : '--admin-token-file'
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining(message),
    })
    expect(response.headers.get('www-authenticate')).toBe(challenge)
    expect(drainRequests).toBe(before)
  })

  test('a wrong admin token is in the log, without a word of it', async () => {
    await post('/api/admin/drain', undefined, { authorization: 'Bearer nearly-the-token' })
    expect(server.lines).toContain('🔑 WS: Token refused: it is not the admin token')
    expect(server.lines.join('\n')).not.toContain('nearly')
  })

  test('an admin token in the URL, where logs would have it, counts for nothing', async () => {
    const before = drainRequests
    expect((await post(`/api/admin/drain?token=${ADMIN_TOKEN}`, undefined, {})).status).toBe(401)
    expect(drainRequests).toBe(before)
  })
})

describe('every response', () => {
  test.each(['/', '/healthz', '/stats', '/nothing', '/api/chats/x/messages'])(
    'carries the security headers: %s',
    async (path) => {
      const { headers } = await ask(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    },
  )

  test('that refuses says why in the same shape', async () => {
    expect(await ask('/nothing')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND', message: expect.any(String) },
    })
    const text = await ask('/api/admin/kick', {
      method: 'POST',
      body: 'userId=1',
      headers: ADMIN,
    })
    expect(text).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
    const broken = await ask('/api/admin/kick', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json', ...ADMIN },
    })
    expect(broken).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
    const form = await ask('/api/admin/kick', {
      method: 'POST',
      body: new FormData(),
      headers: ADMIN,
    })
    expect(form).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_TYPE' } })
  })
})
