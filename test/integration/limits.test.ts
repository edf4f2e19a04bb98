import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { retryAfterMs } from '../../src/protocol/close-code.ts'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import type { SecurityOptions } from '../../src/server/auth/security.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'
import { WireClient } from '../support/wire-client.ts'
import { RawClient } from './raw-client.ts'

let server: TestServer
afterEach(() => server.close())

const start = async (security: SecurityOptions) => {
  server = await startServer({ security })
}

/** Connects as a user from an address, through a proxy that the server trusts. */
const from = (address: string, userId: number) =>
  new WireClient(`${server.url}?userId=${userId}`, { headers: { 'x-forwarded-for': address } })

/** The answer to an upgrade that is refused. */
async function refusal(headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const socket = new WebSocket(`${server.url}?userId=9`, { headers })
  const [request, response] = await once(socket, 'unexpected-response')
  request.destroy()
  return response
}

test('past the limit of connections an upgrade gets 503 and when to come again', async () => {
  await start({ maxConnections: 2 })
  const first = await WireClient.connect(server.url, 1)
  const second = await WireClient.connect(server.url, 2)
  const { statusCode, headers } = await refusal()
  expect([statusCode, headers['retry-after']]).toEqual([503, '5'])
  expect(server.lines).toContain('🚫 WS: Connection refused: More than 2 connections')

  await first.close()
  await second.next('USER_OFFLINE')
  await WireClient.connect(server.url, 3)
})

test('past the limit of an address an upgrade gets 429, and other addresses go on', async () => {
  await start({ maxPerAddress: 2, trustedProxies: ['127.0.0.1'] })
  const clients = [from('192.0.2.1', 1), from('192.0.2.1', 2), from('192.0.2.2', 3)]
  for (const client of clients) await client.next('CONNECTION_ESTABLISHED')
  const { statusCode } = await refusal({ 'x-forwarded-for': '192.0.2.1' })
  expect(statusCode).toBe(429)

  await clients[0]!.close()
  await clients[1]!.next('USER_OFFLINE')
  await from('192.0.2.1', 4).next('CONNECTION_ESTABLISHED')
})

test('an address that connects too fast gets 429', async () => {
  await start({ ratePerAddress: 1, trustedProxies: ['127.0.0.1'] })
  for (let userId = 1; userId <= 4; userId++)
    await from('192.0.2.1', userId).next('CONNECTION_ESTABLISHED')
  const { statusCode, headers } = await refusal({ 'x-forwarded-for': '192.0.2.1' })
  expect([statusCode, headers['retry-after']]).toEqual([429, '1'])
  await from('192.0.2.2', 5).next('CONNECTION_ESTABLISHED')
})

test('this machine itself is not counted by address', async () => {
  await start({ maxPerAddress: 1, ratePerAddress: 1 })
  for (let userId = 1; userId <= 10; userId++) await WireClient.connect(server.url, userId)
})

test('what a peer says of others counts for nothing unless it is a trusted proxy', async () => {
  await start({ maxPerAddress: 2 })
  for (let userId = 1; userId <= 2; userId++)
    await from(`192.0.2.${userId}`, userId).next('CONNECTION_ESTABLISHED')
  // Another address that it tells makes no other client of it.
  expect((await refusal({ 'x-forwarded-for': '192.0.2.3' })).statusCode).toBe(429)
  await WireClient.connect(server.url, 4)
})

test('past the limit of a user a connection is closed with 4003 and when to come again', async () => {
  await start({ maxPerUser: 2 })
  await WireClient.connect(server.url, 1)
  await WireClient.connect(server.url, 1)
  const third = new WireClient(`${server.url}?userId=1`)
  const { code, reason } = await third.closed
  expect(code).toBe(4003)
  expect(retryAfterMs(reason)).toBe(10_000)
  await WireClient.connect(server.url, 2)
})

test('a page of another origin is closed with 4505, and told in the log', async () => {
  await start({})
  const headers = { origin: 'https://evil.example' }
  const client = new WireClient(`${server.url}?userId=1`, { headers })
  expect(await client.closed).toEqual({ code: 4505, reason: 'Origin not allowed' })
  expect(server.lines).toEqual([
    expect.stringContaining('Server listening'),
    '🚫 WS: Connection refused: origin https://evil.example is not allowed (--allow-origins)',
  ])
})

test('an origin cannot write into the log', async () => {
  await start({})
  const raw = await RawClient.open(server.port)
  raw.request('userId=1', { Origin: 'https://evil.example/\u001b[31m" 🚀 WS: User 1 connected' })
  await raw.cut
  raw.close()
  expect(server.lines.join('\n')).not.toMatch('User 1')
})

test('a frame past the rate gets RATE_LIMITED, and the flood is cut off with 4507', async () => {
  await start({ messageRate: 10 })
  const watcher = await WireClient.connect(server.url, 2)
  const flooder = await WireClient.connect(server.url, 1)
  const greeting = flooder.all('CONNECTION_ESTABLISHED')[0]
  expect(greeting?.limits).toEqual({
    maxMessageBytes: 65_536,
    messagesPerSecond: 10,
    messageBurst: 50,
  })
  const beginMs = performance.now()
  for (let i = 0; i < 500; i++)
    flooder.send({
      type: 'NEW_MESSAGE',
      chat_id: 1,
      sender_id: 1,
      content: `${i}`,
      client_id: `${i}`,
    })
  expect(await flooder.closed).toEqual({ code: 4507, reason: 'Repeated protocol abuse' })
  const rateMeanwhile = (10 * (performance.now() - beginMs)) / 1_000
  const refused = flooder.all('ERROR')
  // Tokens come back while a slow machine sends: the first refused frame may be a later one.
  const burst = Number(refused[0]?.ref)
  expect(burst).toBeGreaterThanOrEqual(50)
  expect(refused[0]).toEqual({
    type: 'ERROR',
    code: 'RATE_LIMITED',
    message: 'More than 10 frames a second',
    ref: `${burst}`,
    retry_after_ms: 500,
  })
  await watcher.next('USER_OFFLINE')
  const delivered = watcher.all('MESSAGE').map(({ payload }) => payload.content)
  expect(delivered.slice(0, burst)).toEqual(Array.from({ length: burst }, (_, i) => `${i}`))
  const refusedIds = new Set(refused.map((error) => error.ref))
  expect(delivered.filter((content) => refusedIds.has(content))).toEqual([])
  expect(delivered.length).toBeLessThanOrEqual(51 + rateMeanwhile)
  watcher.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content: 'fine', client_id: 'a' })
  await watcher.next('ACK')
})

test('the connections of a user share one rate', async () => {
  await start({ messageRate: 10 })
  const clients = [await WireClient.connect(server.url, 1), await WireClient.connect(server.url, 1)]
  const message = { type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x' }
  for (const client of clients) for (let i = 0; i < 30; i++) client.send(message)
  await Promise.race(clients.map((client) => client.next('ERROR')))
})

describe('HTTP requests past the rate get 429 and when to come again', () => {
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { headers })
  const statuses = async (count: number, headers: Record<string, string>) => {
    const found = []
    for (let i = 0; i < count; i++) found.push((await ask('/healthz', headers)).status)
    return found
  }

  test('of an address, while others go on', async () => {
    await start({ httpRate: 0.001, trustedProxies: ['127.0.0.1'] })
    const first = { 'x-forwarded-for': '192.0.2.1' }
    expect(await statuses(2, first)).toEqual([200, 429])
    const refused = await ask('/nothing', first)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await statuses(1, { 'x-forwarded-for': '192.0.2.2' })).toEqual([200])
    // Without a header it is not known whom a proxy asks for: it counts itself.
    expect(await statuses(2, {})).toEqual([200, 429])
  })

  test('but of this machine itself', async () => {
    await start({ httpRate: 0.001 })
    expect(await statuses(3, {})).toEqual([200, 200, 200])
  })

  test('of a user, from wherever they come', async () => {
    const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
    await start({ httpRate: 0.001, authenticator })
    const as = async (userId: number) => {
      const authorization = `Bearer ${await signToken(userId)}`
      return (await ask('/api/presence', { authorization })).status
    }
    expect([await as(1), await as(1), await as(2)]).toEqual([200, 429, 200])
  })
})

test('a content past the limit gets TOO_LARGE', async () => {
  await start({ maxContentLength: 5 })
  const client = await WireClient.connect(server.url, 1)
  expect(client.all('CONNECTION_ESTABLISHED')[0]?.limits.maxContentLength).toBe(5)
  const send = (content: string) =>
    client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content, client_id: content })
  send('123456')
  send('12345')
  expect(await client.next('ERROR')).toMatchObject({ code: 'TOO_LARGE', ref: '123456' })
  expect((await client.next('ACK')).client_id).toBe('12345')
})
