import { afterEach, beforeEach, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer
let client: WireClient
beforeEach(async () => {
  server = await startServer()
  client = await WireClient.connect(server.url, 1)
})
afterEach(() => server.close())

const valid = { type: 'NEW_MESSAGE', chat_id: 5, sender_id: 1, content: 'fine' }

/** The connection is still open, and nothing but this message was ever stored. */
async function expectStillWorking(): Promise<void> {
  client.send(valid)
  expect((await client.next('MESSAGE')).payload).toMatchObject({ content: 'fine', offset: 1 })
  expect(await server.store.lastOffset()).toBe(1)
}

test('a message in the name of another user is refused with its client_id as ref', async () => {
  client.send({ ...valid, sender_id: 2, client_id: 'x' })
  expect(await client.next('ERROR')).toMatchObject({ code: 'SENDER_MISMATCH', ref: 'x' })
  await expectStillWorking()
})

test('a refused frame without client_id is answered without ref', async () => {
  client.send({ ...valid, sender_id: 2 })
  expect(await client.next('ERROR')).not.toHaveProperty('ref')
})

test('a support message in the name of another user is refused', async () => {
  client.send({ type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 5, sender_id: 2, content: 'x' })
  expect(await client.next('ERROR')).toMatchObject({ code: 'SENDER_MISMATCH' })
  await expectStillWorking()
})

test.each(['', '{', 'hello', '{"type":"NEW_MESSAGE"', "{'type':1}"])(
  'the text %j is refused as INVALID_JSON',
  async (text) => {
    client.send(text)
    expect(await client.next('ERROR')).toMatchObject({ code: 'INVALID_JSON' })
    await expectStillWorking()
  },
)

test.each([
  ['null', 'object'],
  ['[]', 'object'],
  ['1', 'object'],
  ['{}', 'type'],
  ['{"type":1}', 'type'],
  ['{"type":"NEW_MESSAGE","sender_id":1,"content":"a"}', 'chat_id'],
  ['{"type":"NEW_MESSAGE","chat_id":"5","sender_id":1,"content":"a"}', 'chat_id'],
  ['{"type":"NEW_MESSAGE","chat_id":0,"sender_id":1,"content":"a"}', 'chat_id'],
  ['{"type":"NEW_MESSAGE","chat_id":5,"sender_id":1}', 'content'],
  ['{"type":"NEW_MESSAGE","chat_id":5,"sender_id":1,"content":null}', 'content'],
  ['{"type":"NEW_SUPPORT_MESSAGE","chat_id":5,"sender_id":1,"content":"a"}', 'support_chat_id'],
])('%s is refused as INVALID_FRAME that names "%s"', async (text, named) => {
  client.send(text)
  const error = await client.next('ERROR')
  expect(error.code).toBe('INVALID_FRAME')
  expect(error.message).toContain(named)
  await expectStillWorking()
})

test('an invalid frame is answered with its client_id as ref', async () => {
  client.send({ ...valid, chat_id: -1, client_id: 'x' })
  expect(await client.next('ERROR')).toMatchObject({ code: 'INVALID_FRAME', ref: 'x' })
})

test.each(['MESSAGE', 'new_message', '__proto__', 'constructor', ''])(
  'the type %j is refused as UNKNOWN_TYPE',
  async (type) => {
    client.send({ type, client_id: 'x' })
    expect(await client.next('ERROR')).toMatchObject({ code: 'UNKNOWN_TYPE', ref: 'x' })
    await expectStillWorking()
  },
)

test('a binary frame is refused as INVALID_FRAME', async () => {
  client.socket.send(Buffer.from(JSON.stringify(valid)), { binary: true })
  expect(await client.next('ERROR')).toMatchObject({ code: 'INVALID_FRAME' })
  await expectStillWorking()
})

test('a frame of 64 KiB is read and one byte more closes with 1009', async () => {
  const empty = JSON.stringify({ ...valid, content: '' }).length
  client.send({ ...valid, content: 'x'.repeat(65_536 - empty) })
  await client.next('MESSAGE')
  client.send({ ...valid, content: 'x'.repeat(65_537 - empty) })
  expect((await client.closed).code).toBe(1009)
  expect(await server.store.lastOffset()).toBe(1)
})

test('a user that was closed with 1009 goes offline', async () => {
  const watcher = await WireClient.connect(server.url, 2)
  client.send('x'.repeat(70_000))
  expect((await watcher.next('USER_OFFLINE')).userId).toBe(1)
})

test('text that is not UTF-8 closes with 1007', async () => {
  client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
  expect((await client.closed).code).toBe(1007)
})

test('the errors of one client are for it alone', async () => {
  const other = await WireClient.connect(server.url, 2)
  client.send('{')
  await client.next('ERROR')
  client.send(valid)
  await other.next('MESSAGE')
  expect(other.all('ERROR')).toEqual([])
})
