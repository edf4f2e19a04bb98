import { afterEach, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { RawClient } from './raw-client.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

/** An empty ping frame, one character a byte. */
const PING = '\x89\x00'

test('a client that never answers a ping is cut off and goes offline', async () => {
  server = await startServer({ heartbeatMs: 100 })
  const watcher = await WireClient.connect(server.url, 1)
  const dead = await RawClient.upgrade(server.port, 'userId=2')
  await dead.cut
  expect((await watcher.next('USER_OFFLINE')).userId).toBe(2)
  expect(dead.received.split(PING)).toHaveLength(3)
  dead.close()
})

test('a client that answers pings stays for many heartbeats', async () => {
  server = await startServer({ heartbeatMs: 100 })
  const client = await WireClient.connect(server.url, 1)
  let pings = 0
  client.socket.on('ping', () => {
    pings += 1
  })
  await until(() => pings >= 5, 'five pings')
  expect(client.socket.readyState).toBe(client.socket.OPEN)
  expect(server.lines.filter((line) => line.includes('disconnected'))).toEqual([])
})

test('a client that sends messages but no pongs stays', async () => {
  server = await startServer({ heartbeatMs: 100 })
  const client = new WireClient(`${server.url}?userId=1`)
  client.socket.pong = () => {}
  await client.next('CONNECTION_ESTABLISHED')
  let pings = 0
  client.socket.on('ping', () => {
    pings += 1
    client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: `${pings}` })
  })
  await until(() => pings >= 5, 'five pings')
  await client.next('MESSAGE', 5)
  expect(client.socket.readyState).toBe(client.socket.OPEN)
})
