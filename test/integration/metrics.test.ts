import { expect, test } from 'vitest'
import { Authenticator } from '../../src/server/auth/authenticator.ts'
import { createTokenVerifier } from '../../src/server/auth/token-verifier.ts'
import { encodeRawFrame, OPCODE } from '../attack/raw-frame.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { SECRET, signToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { RawClient } from './raw-client.ts'

const at = (server: TestServer, path: string) => `http://127.0.0.1:${server.port}${path}`

/** What Prometheus would read: name with labels → value. */
async function scrape(server: TestServer, token = 'none'): Promise<Map<string, number>> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(at(server, '/metrics'), { headers })
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await response.text()).split('\n').filter((line) => /^[a-z]/.test(line))
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

test('the metrics follow what happens', async () => {
  const server = await startServer()
  try {
    const clients = [
      await WireClient.connect(server.url, 1),
      await WireClient.connect(server.url, 1),
      await WireClient.connect(server.url, 2),
    ]
    for (const client_id of ['a', 'b'])
      clients[0]!.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'x', client_id })
    for (const client of clients) await client.next('MESSAGE')
    await clients[0]!.next('ACK')

    let metrics = await scrape(server)
    expect(metrics.get('chatws_connections')).toBe(3)
    expect(metrics.get('chatws_users')).toBe(2)
    const { node } = process.versions
    expect(metrics.get(`chatws_build_info{version="",node="${node}"}`)).toBe(1)
    expect(metrics.get('chatws_messages_stored_total')).toBe(2)
    expect(metrics.get('chatws_log_offset')).toBe(2)
    expect(metrics.get('chatws_log_lag')).toBe(0)
    expect(metrics.get('chatws_database_up')).toBe(1)
    expect(metrics.get('chatws_deliveries_total')).toBeGreaterThanOrEqual(6)
    expect(metrics.get('chatws_commit_seconds_count')).toBeGreaterThanOrEqual(1)
    expect(metrics.get('chatws_fan_out_seconds_count')).toBeGreaterThanOrEqual(2)
    expect(metrics.get('chatws_connections_closed_total{code="4001"}')).toBe(0)
    expect(metrics.get('chatws_connections_opened_total')).toBe(3)
    expect(metrics.has('nodejs_eventloop_lag_p99_seconds')).toBe(true)

    clients[2]!.socket.close()
    await clients[0]!.next('USER_OFFLINE')
    metrics = await scrape(server)
    expect(metrics.get('chatws_connections')).toBe(2)
    expect(metrics.get('chatws_connections_closed_total{code="none"}')).toBe(1)

    const stats = await (await fetch(at(server, '/stats'))).json()
    expect(stats).toMatchObject({
      users: 1,
      connections: 2,
      connectionsOpened: 3,
      connectionsClosed: { none: 1, 4001: 0 },
      messagesStored: 2,
      messagesWaiting: 0,
      offset: 2,
      slowConsumers: 0,
      isDraining: false,
      epoch: server.store.epoch,
    })
    expect(stats.commits.count).toBe(metrics.get('chatws_commit_seconds_count'))
    expect(stats.commits.p99Ms).toBeGreaterThan(0)
    for (const client of clients) client.socket.close()
  } finally {
    await server.close()
  }
})

test('what is refused is counted by reason', async () => {
  const authenticator = new Authenticator(createTokenVerifier({ secret: SECRET }))
  const server = await startServer({ security: { authenticator, maxPerUser: 1 } })
  const token = await signToken(1)
  const connect = (query: string, headers = {}) =>
    new WireClient(`${server.url}?${query}`, { headers })
  try {
    await connect('userId=x').closed
    await connect('userId=1&token=forged').closed
    await connect('userId=1', { origin: 'https://evil.example' }).closed
    const client = connect(`userId=1&token=${token}`)
    await client.next('CONNECTION_ESTABLISHED')
    await connect(`userId=1&token=${token}`).closed
    client.send('{')
    await client.next('ERROR')
    expect((await fetch(at(server, '/metrics'))).status).toBe(401)
    const raw = await RawClient.open(server.port)
    raw.request(`userId=2&token=${await signToken(2)}`)
    await until(() => raw.received.includes('CONNECTION_ESTABLISHED'), 'the greeting')
    raw.socket.write(encodeRawFrame({ opcode: OPCODE.text, payload: '{}', isMasked: false }))
    await raw.cut

    const admin = await signToken(9, { claims: { role: 'admin' } })
    const counted = await scrape(server, admin)
    const refused = [...counted].filter(
      ([name, count]) => name.startsWith('chatws_refusals_total') && count > 0,
    )
    expect(Object.fromEntries(refused)).toEqual({
      'chatws_refusals_total{what="connection",reason="user_id"}': 1,
      'chatws_refusals_total{what="connection",reason="token"}': 1,
      'chatws_refusals_total{what="connection",reason="origin"}': 1,
      'chatws_refusals_total{what="connection",reason="user_connections"}': 1,
      'chatws_refusals_total{what="frame",reason="INVALID_JSON"}': 1,
      'chatws_refusals_total{what="frame",reason="WS_ERR_EXPECTED_MASK"}': 1,
      'chatws_refusals_total{what="request",reason="UNAUTHORIZED"}': 1,
    })
    expect(counted.get('chatws_refusals_total{what="connection",reason="max_connections"}')).toBe(0)
    client.socket.close()
  } finally {
    await server.close()
  }
})

test('a client that is closed for being slow is counted as such', async () => {
  const server = await startServer()
  try {
    const client = await WireClient.connect(server.url, 1)
    // More than a thousand questions at once are too many.
    client.socket.pause()
    for (let i = 0; i < 3_000; i++) client.send({ type: 'HISTORY', chat_id: 1 })
    client.socket.resume()
    expect((await client.closed).code).toBe(4001)
    await until(() => server.lines.some((line) => line.includes('disconnected')), 'its end')
    const metrics = await scrape(server)
    expect(metrics.get('chatws_connections_closed_total{code="4001"}')).toBe(1)
  } finally {
    await server.close()
  }
})
