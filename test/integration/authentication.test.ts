import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer
beforeEach(async () => {
  server = await startServer({
    security: { authenticator: new Authenticator(createTokenVerifier({ secret: SECRET })) },
  })
})
afterEach(() => server.close())

const MESSAGE = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 123, content: 'hello' }

test('a token in the Authorization header is read', async () => {
  const headers = { authorization: `Bearer ${await signToken('123')}` }
  const client = new WireClient(`${server.url}?userId=123`, { headers })
  await client.next('CONNECTION_ESTABLISHED')
})

test('a token in the query is read', async () => {
  const client = new WireClient(`${server.url}?userId=123&token=${await signToken('123')}`)
  await client.next('CONNECTION_ESTABLISHED')
})

test.each([
  ['first', (token: string) => [`bearer.${token}`, 'chatws']],
  ['last', (token: string) => ['chatws', `bearer.${token}`]],
])('a token that stands %s among the subprotocols is read, and not sent back', async (_, names) => {
  const client = new WireClient(`${server.url}?userId=123`, {
    protocols: names(await signToken('123')),
  })
  await client.next('CONNECTION_ESTABLISHED')
  expect(client.socket.protocol).toBe('chatws')
})

test('a token in the first frame is read, and what follows in the same packet too', async () => {
  const token = await signToken('123')
  const client = new WireClient(`${server.url}?userId=123`)
  client.socket.once('open', () => {
    // Written in one turn of the event loop, they go out in one packet.
    client.send({ type: 'AUTH', token })
    for (let i = 0; i < 100; i++) client.send({ ...MESSAGE, client_id: `${i}` })
  })
  await client.next('ACK', 100)
  expect(client.frames[0]?.type).toBe('CONNECTION_ESTABLISHED')
  expect(client.all('ACK').map((ack) => ack.client_id)).toEqual(
    Array.from({ length: 100 }, (_, i) => `${i}`),
  )
})

test('what a client sends while its token is checked is read after it', async () => {
  const client = new WireClient(`${server.url}?userId=123&token=${await signToken('123')}`)
  client.socket.once('open', () => client.send({ ...MESSAGE, client_id: 'x' }))
  expect((await client.next('ACK')).client_id).toBe('x')
})

test.each([
  ['another frame', JSON.stringify(MESSAGE)],
  ['no JSON', 'hello'],
  ['an AUTH frame without a token', '{"type":"AUTH"}'],
  ['an AUTH frame with more in it', '{"type":"AUTH","token":"x","role":"admin"}'],
])('a first frame that is %s closes with 4501', async (_, frame) => {
  const client = new WireClient(`${server.url}?userId=123`)
  client.socket.once('open', () => client.send(frame))
  expect(await client.closed).toEqual({ code: 4501, reason: 'Token required' })
})

test.each([
  ['4502', 4502, 'Token invalid', () => 'a.b.c'],
  ['4503', 4503, 'Token expired', () => signToken('123', { expiresInS: -60 })],
  ['4504', 4504, 'Token of another user', () => signToken('124')],
])('a token is refused with %s after the upgrade', async (_, code, reason, token) => {
  const bad = await token()
  for (const way of ['query', 'frame'] as const) {
    const query = way === 'query' ? `&token=${bad}` : ''
    const client = new WireClient(`${server.url}?userId=123${query}`)
    if (way === 'frame') client.socket.once('open', () => client.send({ type: 'AUTH', token: bad }))
    expect(await client.closed).toEqual({ code, reason })
    expect(client.frames).toEqual([])
  }
})

test('nobody comes online before its token is known to be good', async () => {
  const watcher = new WireClient(`${server.url}?userId=1&token=${await signToken('1')}`)
  await watcher.next('CONNECTION_ESTABLISHED')
  const stranger = new WireClient(`${server.url}?userId=2&token=${await signToken('3')}`)
  await stranger.closed
  const friend = new WireClient(`${server.url}?userId=4&token=${await signToken('4')}`)
  await friend.next('CONNECTION_ESTABLISHED')
  await watcher.next('USER_ONLINE')
  expect(watcher.all('USER_ONLINE').map(({ userId }) => userId)).toEqual([4])
})

test('a missing user id is told as ever', async () => {
  const client = new WireClient(server.url)
  expect(await client.closed).toEqual({ code: 1008, reason: 'User ID required' })
})

test('a client that goes before it has sent a token is forgotten', async () => {
  const socket = new WebSocket(`${server.url}?userId=1`)
  await new Promise((resolve) => socket.once('open', resolve))
  socket.terminate()
  const client = new WireClient(`${server.url}?userId=2&token=${await signToken('2')}`)
  expect((await client.next('CONNECTION_ESTABLISHED')).online).toEqual([2])
})

test('a token never stands in the log', async () => {
  const token = await signToken('123')
  const client = new WireClient(`${server.url}?userId=123&token=${token}`)
  await client.next('CONNECTION_ESTABLISHED')
  client.send({ type: 'AUTH', token })
  client.send(`{"type":"AUTH","token":"${token}"`)
  await client.next('AUTHENTICATED')
  await client.next('ERROR')
  expect(server.lines.join('\n')).toContain('User 123 connected')
  expect(server.lines.join('\n')).not.toContain(token.slice(0, 20))
})

describe('a token on an open connection', () => {
  const open = async (expiresInS: number | null = 3_600) => {
    const token = await signToken('123', { expiresInS })
    const client = new WireClient(`${server.url}?userId=123&token=${token}`)
    await client.next('CONNECTION_ESTABLISHED')
    return client
  }

  test('takes the place of the one before, so that nobody is cut off', async () => {
    const client = await open(-3)
    const exp = Math.floor(Date.now() / 1000) + 3_600
    const token = await signToken('123', { claims: { exp } })
    client.send({ type: 'AUTH', token, client_id: 'a' })
    expect(await client.next('AUTHENTICATED')).toEqual({
      ...{ type: 'AUTHENTICATED', client_id: 'a' },
      expiresAt: new Date((exp + 5) * 1000).toISOString(),
    })
    // One that came with the same token is cut off now; this one is not.
    expect((await (await open(-3)).closed).code).toBe(4503)
    client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 123, content: 'x', client_id: 'x' })
    await client.next('ACK')
  })

  test.each([9_007_199_254_740_991, Date.now() * 1_000, 8.64e12 + 1])(
    'may say that it ends beyond every date (%d)',
    async (exp) => {
      const client = await open()
      const token = await signToken('123', { claims: { exp } })
      client.send({ type: 'AUTH', token, client_id: 'a' })
      const { expiresAt } = (await client.next('AUTHENTICATED')) as { expiresAt?: string }
      expect(Date.parse(expiresAt!)).toBeGreaterThan(Date.now())
      client.send({ type: 'PING', t: 1 })
      await client.next('PONG')
    },
  )

  test('may end sooner, or never', async () => {
    const client = await open()
    client.send({ type: 'AUTH', token: await signToken('123', { expiresInS: null }) })
    expect(await client.next('AUTHENTICATED')).toEqual({ type: 'AUTHENTICATED' })
    client.send({ type: 'AUTH', token: await signToken('123', { expiresInS: -4 }) })
    expect((await client.closed).code).toBe(4503)
  })

  test.each<[string, () => Promise<string>, string]>([
    ['another user', () => signToken('124'), 'Token of another user'],
    ['another key', () => signToken('123', { key: 'x'.repeat(40) }), 'Token invalid'],
    ['the past', () => signToken('123', { expiresInS: -60 }), 'Token expired'],
    ['nobody', async () => 'x', 'Token invalid'],
  ])('of %s changes nothing, and is told', async (_, token, message) => {
    const client = await open()
    client.send({ type: 'AUTH', token: await token(), client_id: 'a' })
    expect(await client.next('ERROR')).toMatchObject({ code: 'FORBIDDEN', ref: 'a', message })
    client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 123, content: 'x', client_id: 'x' })
    await client.next('ACK')
  })

  test('takes the rights away that it does not give', async () => {
    const agent = await signToken('123', { claims: { role: 'agent' } })
    const client = new WireClient(`${server.url}?userId=123&token=${agent}`)
    await client.next('CONNECTION_ESTABLISHED')
    client.send({ type: 'SUPPORT_QUEUE' })
    await client.next('SUPPORT_QUEUE')
    client.send({ type: 'AUTH', token: await signToken('123') })
    await client.next('AUTHENTICATED')
    client.send({ type: 'SUPPORT_QUEUE' })
    expect(await client.next('ERROR')).toMatchObject({ code: 'FORBIDDEN' })
  })
})
