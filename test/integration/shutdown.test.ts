import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { retryAfterMs } from '../../src/protocol/close-code.ts'
import { readMessages } from '../storage/append-messages.ts'
import { PNG } from '../support/sample-files.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { GatedStore } from './gated-store.ts'
import { RawClient } from './raw-client.ts'

let server: TestServer
let store: GatedStore
let raws: RawClient[]
beforeEach(async () => {
  raws = []
  server = await startServer({
    database: 'sqlite',
    wrapStore: (inner) => {
      store = new GatedStore(inner)
      return store
    },
  })
})
afterEach(async () => {
  store.release()
  for (const raw of raws) raw.close()
  await server.close()
})

/** Sends messages and waits until the server has read them, while the store is held. */
async function submit(client: WireClient, userId: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    client.send({
      type: 'NEW_MESSAGE',
      chat_id: 1,
      sender_id: userId,
      content: `${i}`,
      client_id: `${i}`,
    })
  const received = () =>
    server.lines.filter((line) => line.startsWith(`📨 WS: Received message from user ${userId}:`))
  await until(() => received().length === count, 'the server to have read all messages')
}

test('what was accepted before the stop is stored, acknowledged and broadcast', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const receiver = await WireClient.connect(server.url, 2)
  store.hold()
  await submit(sender, 1, 50)
  const closed = server.server.close()
  store.release()
  await closed
  await Promise.all([sender.closed, receiver.closed])
  const expected = Array.from({ length: 50 }, (_, i) => `${i}`)
  const stored = await readMessages(server.store, 0, 100)
  expect(stored.map((entry) => entry.content)).toEqual(expected)
  expect(sender.all('ACK').map((ack) => ack.client_id)).toEqual(expected)
  for (const client of [sender, receiver])
    expect(client.all('MESSAGE').map((frame) => frame.payload.content)).toEqual(expected)
})

test('every connection is closed with 4000 and a time of its own to come back', async () => {
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, i) => WireClient.connect(server.url, 1 + (i % 15))),
  )
  await server.server.close()
  const delays = []
  for (const client of clients) {
    const { code, reason } = await client.closed
    expect(code).toBe(4000)
    delays.push(retryAfterMs(reason))
  }
  expect(new Set(delays).size).toBeGreaterThan(10)
  for (const delay of delays) expect(delay).toBeLessThanOrEqual(1_000)
})

test('upgrades are refused with 503 while the server stops, and connections after it', async () => {
  const sender = await WireClient.connect(server.url, 1)
  store.hold()
  await submit(sender, 1, 1)
  const closed = server.server.close()
  const late = new WebSocket(`${server.url}?userId=2`)
  const [request, response] = (await once(late, 'unexpected-response')) as [
    ClientRequest,
    IncomingMessage,
  ]
  expect(response.statusCode).toBe(503)
  request.destroy()
  store.release()
  await closed

  const [error] = await once(new WebSocket(`${server.url}?userId=2`), 'error')
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  expect(sender.all('ACK')).toHaveLength(1)
})

test('a message that comes while its sender is not sent away yet is stored and acknowledged', async () => {
  const sender = await WireClient.connect(server.url, 1)
  store.hold()
  await submit(sender, 1, 1)
  const closed = server.server.close()
  sender.send({
    type: 'NEW_MESSAGE',
    chat_id: 1,
    sender_id: 1,
    content: 'late',
    client_id: 'late',
  })
  // The pong tells that the server has read what was sent before the ping.
  sender.socket.ping()
  await once(sender.socket, 'pong')
  store.release()
  await closed
  await sender.closed
  expect(await server.store.lastOffset()).toBe(2)
  expect(sender.all('ACK')[0]?.client_id).toBe('0')
})

test('what a client sends before it has read that it must go is stored', async () => {
  const raw = await RawClient.upgrade(server.port, 'userId=1')
  raws.push(raw)
  const closed = server.server.close()
  await until(() => raw.received.includes('Server draining'), 'the close frame')
  raw.send(JSON.stringify({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'late' }))
  raw.socket.end()
  expect(await closed).toBe(true)
  expect(await server.store.readAfter(0, 10)).toMatchObject([{ content: 'late' }])
})

test('a store that never answers does not keep the server from stopping', async () => {
  await server.close()
  server = await startServer({
    database: 'sqlite',
    drainTimeoutMs: 100,
    wrapStore: (inner) => {
      store = new GatedStore(inner)
      return store
    },
  })
  const sender = await WireClient.connect(server.url, 1)
  store.hold()
  await submit(sender, 1, 1)
  expect(await server.server.close()).toBe(false)
  expect(server.lines.at(-1)).toBe(
    '❌ WS: The drain ended: messages that were accepted are not stored',
  )
})

describe('an upload that is under way when the server stops', () => {
  /** Begins one, and waits until its file has been begun. */
  async function begin() {
    const upload = await RawClient.open(server.port)
    raws.push(upload)
    const head = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n'
    const rest = Buffer.concat([PNG, Buffer.from('\r\n--b--\r\n')])
    upload.socket.write(
      'POST /uploads?userId=1 HTTP/1.1\r\nHost: localhost\r\n' +
        'Content-Type: multipart/form-data; boundary=b\r\n' +
        `Content-Length: ${head.length + rest.length}\r\n\r\n${head}`,
    )
    upload.socket.write(rest.subarray(0, 10))
    await until(() => readdirSync(server.uploadFolder).length === 1, 'the file to be begun')
    return { upload, finish: () => upload.socket.write(rest.subarray(10)) }
  }

  test('is finished, while new ones are refused with 503', async () => {
    await server.close()
    server = await startServer({ database: 'sqlite', uploads: {} })
    const { upload, finish } = await begin()
    const closed = server.server.close()
    const form = new FormData()
    form.append('file', new Blob([PNG as BlobPart]), 'b.png')
    const address = `http://127.0.0.1:${server.port}/uploads?userId=2`
    const late = await fetch(address, { method: 'POST', body: form })
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1'])
    finish()
    expect(await closed).toBe(true)
    await upload.cut
    expect(upload.received).toMatch(/^HTTP\/1\.1 201 /)
    const [name] = readdirSync(server.uploadFolder)
    expect(name).toMatch(/\.png$/)
    expect(readFileSync(`${server.uploadFolder}/${name}`)).toEqual(PNG)
  })

  test('is cut off at the end of the drain timeout, and nothing of it is left', async () => {
    await server.close()
    server = await startServer({ database: 'sqlite', uploads: {}, drainTimeoutMs: 200 })
    const { upload } = await begin()
    expect(await server.server.close()).toBe(true)
    expect(readdirSync(server.uploadFolder)).toEqual([])
    await upload.cut
    expect(upload.received).toBe('')
  })
})

test('the stop ends although a client never answers the close frame', async () => {
  const silent = await RawClient.upgrade(server.port, 'userId=1')
  raws.push(silent)
  await server.server.close()
  await silent.cut
  expect(silent.received).toContain('\x0f\xa0Server draining')
})

test('the stop ends although a client that was refused never answered the close frame', async () => {
  const refused = await RawClient.upgrade(server.port, 'userId=abc')
  raws.push(refused)
  expect(refused.received).toContain('\x03\xf0Invalid user ID')
  await server.server.close()
  await refused.cut
})

test('the stop ends although a connection never said anything', async () => {
  const idle = await RawClient.open(server.port)
  raws.push(idle)
  await server.server.close()
  await idle.cut
})

test('the stop ends although a client that came too late keeps its socket open', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const late = await RawClient.open(server.port)
  raws.push(late)
  store.hold()
  await submit(sender, 1, 1)
  const closed = server.server.close()
  late.request('userId=2')
  await until(() => late.received.startsWith('HTTP/1.1 503'), 'the refusal')
  store.release()
  await closed
  await late.cut
})

test('a server without connections stops', async () => {
  await server.server.close()
  const [error] = await once(new WebSocket(`${server.url}?userId=1`), 'error')
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
})
