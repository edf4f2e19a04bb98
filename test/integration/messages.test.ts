import { afterEach, beforeEach, expect, test } from 'vitest'
import { readMessages } from '../storage/append-messages.ts'
import { messageEntry } from '../storage/message-entry.ts'
import { newEntry } from '../storage/new-entry.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'
import { recordTexts } from './record-texts.ts'

let server: TestServer
beforeEach(async () => {
  server = await startServer({ database: 'sqlite' })
})
afterEach(() => server.close())

function message(senderId: number, content: string, more: object = {}): object {
  return { type: 'NEW_MESSAGE', chat_id: 123, sender_id: senderId, content, ...more }
}

/** A frame's text with TIME for each time in it. */
function withoutTimes(text: string | undefined): string | undefined {
  return text?.replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, 'TIME')
}

test('a chat message reaches every connection to the letter, the sender included', async () => {
  const clients = [
    await WireClient.connect(server.url, 456),
    await WireClient.connect(server.url, 456),
    await WireClient.connect(server.url, 7),
  ]
  const texts = clients.map(recordTexts)
  clients[0]!.send(message(456, 'Hello world!'))
  await Promise.all(clients.map((client) => client.next('MESSAGE')))
  const expected =
    '{"type":"MESSAGE","payload":{"id":1,"chat_id":123,"sender_id":456,"content":"Hello world!","created_at":TIME,"offset":1}}'
  for (const text of texts) expect(withoutTimes(text.at(-1))).toBe(expected)
  expect(new Set(texts.map((text) => text.at(-1))).size).toBe(1)
})

test('a support message reaches every connection to the letter', async () => {
  const sender = await WireClient.connect(server.url, 456)
  const receiver = await WireClient.connect(server.url, 7)
  const texts = recordTexts(receiver)
  sender.send({
    type: 'NEW_SUPPORT_MESSAGE',
    support_chat_id: 123,
    sender_id: 456,
    content: 'I need help!',
    file_type: 'text/plain',
  })
  await receiver.next('SUPPORT_MESSAGE')
  await sender.next('SUPPORT_MESSAGE')
  expect(texts.map(withoutTimes)).toEqual([
    '{"type":"SUPPORT_MESSAGE","payload":{"id":1,"support_chat_id":123,"sender_id":456,"content":"I need help!","file_type":"text/plain","created_at":TIME,"offset":1}}',
  ])
})

test('file fields stand in the payload exactly when they were sent', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const texts = recordTexts(sender)
  sender.send(message(1, 'a', { file_type: 'image/png', file_paths: 'uploads/image.png' }))
  sender.send(message(1, 'b', { file_paths: 'uploads/b.png' }))
  sender.send(message(1, 'c'))
  await sender.next('MESSAGE', 3)
  expect(texts.map((text) => Object.keys(JSON.parse(text).payload).slice(3, -2))).toEqual([
    ['content', 'file_type', 'file_paths'],
    ['content', 'file_paths'],
    ['content'],
  ])
  expect(sender.all('MESSAGE')[0]!.payload).toMatchObject({
    file_type: 'image/png',
    file_paths: 'uploads/image.png',
  })
})

test('chat and support messages have ids of their own and offsets in one order', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const support = { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 5, sender_id: 1, content: 's' }
  for (const frame of [message(1, 'a'), support, message(1, 'b'), support]) sender.send(frame)
  await sender.next('SUPPORT_MESSAGE', 2)
  const payloads = sender.frames.flatMap((frame) =>
    frame.type === 'MESSAGE' || frame.type === 'SUPPORT_MESSAGE' ? [frame.payload] : [],
  )
  expect(payloads.map(({ id, offset }) => [id, offset])).toEqual([
    [1, 1],
    [1, 2],
    [2, 3],
    [2, 4],
  ])
})

test('every message is in the database as it was sent', async () => {
  const sender = await WireClient.connect(server.url, 1)
  sender.send(message(1, 'Grüße 👋', { file_type: 'a/b', client_id: 'x' }))
  await sender.next('ACK')
  const { payload } = await sender.next('MESSAGE')
  expect(await server.store.readAfter(0, 10)).toEqual([
    messageEntry(
      newEntry({ chatId: 123, senderId: 1, clientId: 'x', content: 'Grüße 👋', fileType: 'a/b' }),
      { id: 1, offset: 1, createdAt: payload.created_at },
    ),
  ])
})

test('an ACK goes only to the connection that sent, with the fields of the message', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const tab = await WireClient.connect(server.url, 1)
  const other = await WireClient.connect(server.url, 2)
  const texts = recordTexts(sender)
  sender.send(message(1, 'a', { client_id: 'mine' }))
  await sender.next('ACK')
  const { payload } = await sender.next('MESSAGE')
  expect(texts.filter((text) => text.startsWith('{"type":"ACK"'))).toEqual([
    `{"type":"ACK","client_id":"mine","id":1,"offset":1,"created_at":"${payload.created_at}"}`,
  ])
  // One more round, so that a stray ACK of the first would have come.
  other.send(message(2, 'b'))
  for (const client of [tab, other]) {
    await client.next('MESSAGE', 2)
    expect(client.all('ACK')).toEqual([])
  }
})

test('a message without client_id is not acknowledged', async () => {
  const sender = await WireClient.connect(server.url, 1)
  sender.send(message(1, 'a'))
  sender.send(message(1, 'b', { client_id: 'b' }))
  await sender.next('MESSAGE', 2)
  expect((await sender.next('ACK')).client_id).toBe('b')
  expect(sender.all('ACK')).toHaveLength(1)
})

test('a repeated client_id gets the same ACK, is stored once and broadcast once', async () => {
  const sender = await WireClient.connect(server.url, 1)
  sender.send(message(1, 'first', { client_id: 'x' }))
  sender.send(message(1, 'again at once', { client_id: 'x' }))
  await sender.next('ACK', 2)
  await sender.close()
  const back = await WireClient.connect(server.url, 1)
  back.send(message(1, 'again later', { client_id: 'x' }))
  back.send(message(1, 'other', { client_id: 'y' }))
  await back.next('ACK', 2)
  const { payload } = await back.next('MESSAGE')
  const [first, second] = sender.all('ACK')
  expect([second, back.all('ACK')[0]]).toEqual([first, first])
  expect(payload.content).toBe('other')
  expect(sender.all('MESSAGE').map((frame) => frame.payload.content)).toEqual(['first'])
  const stored = await readMessages(server.store, 0, 10)
  expect(stored.map((entry) => entry.content)).toEqual(['first', 'other'])
})

test('the same client_id of two senders names two messages', async () => {
  const one = await WireClient.connect(server.url, 1)
  const two = await WireClient.connect(server.url, 2)
  one.send(message(1, 'a', { client_id: 'x' }))
  two.send(message(2, 'b', { client_id: 'x' }))
  const acks = [await one.next('ACK'), await two.next('ACK')]
  expect(acks.map((ack) => ack.id).sort()).toEqual([1, 2])
})

test('messages of many senders arrive everywhere in the same order, that of their offsets', async () => {
  const clients = await Promise.all(
    Array.from({ length: 8 }, (_, i) => WireClient.connect(server.url, i + 1)),
  )
  for (let round = 0; round < 50; round++)
    for (const [i, client] of clients.entries())
      client.send(message(i + 1, `${i + 1}/${round}`, { client_id: `${round}` }))
  await Promise.all(clients.map((client) => client.next('MESSAGE', 400)))
  await Promise.all(clients.map((client) => client.next('ACK', 50)))
  const payloads = clients.map((client) => client.all('MESSAGE').map((frame) => frame.payload))
  expect(payloads[0]!.map((payload) => payload.offset)).toEqual(
    Array.from({ length: 400 }, (_, i) => i + 1),
  )
  for (const each of payloads) expect(each).toEqual(payloads[0])
  for (const [i, client] of clients.entries()) {
    const own = payloads[0]!.filter((payload) => payload.sender_id === i + 1)
    expect(own.map((payload) => payload.content)).toEqual(
      Array.from({ length: 50 }, (_, round) => `${i + 1}/${round}`),
    )
    expect(client.all('ACK').map(({ id, offset }) => [id, offset])).toEqual(
      own.map(({ id, offset }) => [id, offset]),
    )
  }
})

test('a text of any length up to the limit of a frame arrives whole', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const around = [125, 126, 65_300].flatMap((length) => [length - 110, length - 60, length])
  for (const length of around) sender.send(message(1, 'x'.repeat(length)))
  await sender.next('MESSAGE', around.length)
  expect(sender.all('MESSAGE').map((frame) => frame.payload.content.length)).toEqual(around)
})
