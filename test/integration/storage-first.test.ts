import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChatwsError } from '../../src/protocol/error.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { GatedStore } from './gated-store.ts'

let server: TestServer
let store: GatedStore
beforeEach(async () => {
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
  await server.close()
})

function message(senderId: number, content: string, clientId: string): object {
  return {
    type: 'NEW_MESSAGE',
    chat_id: 1,
    sender_id: senderId,
    content,
    client_id: clientId,
  }
}

test('nothing is broadcast or acknowledged before it is stored', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const receiver = await WireClient.connect(server.url, 2)
  store.hold()
  sender.send(message(1, 'a', 'a'))
  await until(() => store.appends === 1, 'the append')
  // What the server sends after a message that is still being stored overtakes it.
  await WireClient.connect(server.url, 9)
  await Promise.all([sender.next('USER_ONLINE', 2), receiver.next('USER_ONLINE')])
  expect([...sender.all('ACK'), ...sender.all('MESSAGE'), ...receiver.all('MESSAGE')]).toEqual([])
  store.release()
  await Promise.all([sender.next('ACK'), sender.next('MESSAGE'), receiver.next('MESSAGE')])
  expect(await server.store.lastOffset()).toBe(1)
})

test('a connection that comes while a message is being stored is sent it', async () => {
  const sender = await WireClient.connect(server.url, 1)
  store.hold()
  sender.send(message(1, 'a', 'a'))
  await until(() => store.appends === 1, 'the append')
  const late = await WireClient.connect(server.url, 2)
  expect(late.all('CONNECTION_ESTABLISHED')[0]!.offset).toBe(0)
  store.release()
  expect((await late.next('MESSAGE')).payload.offset).toBe(1)
})

test('a sender that leaves before its message is stored does not take it along', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const receiver = await WireClient.connect(server.url, 2)
  store.hold()
  sender.send(message(1, 'a', 'a'))
  await until(() => store.appends === 1, 'the append')
  sender.socket.terminate()
  await receiver.next('USER_OFFLINE')
  store.release()
  expect((await receiver.next('MESSAGE')).payload.content).toBe('a')
})

test('a message that cannot be stored is answered with STORAGE_UNAVAILABLE and its ref', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const receiver = await WireClient.connect(server.url, 2)
  store.nextError = new ChatwsError('STORAGE_UNAVAILABLE', 'disk full')
  sender.send(message(1, 'a', 'x'))
  expect(await sender.next('ERROR')).toMatchObject({ code: 'STORAGE_UNAVAILABLE', ref: 'x' })
  expect(server.lines.at(-1)).toBe('❌ WS: 1 messages were not stored: disk full')

  sender.send(message(1, 'again', 'x'))
  expect(await sender.next('ACK')).toMatchObject({ client_id: 'x', offset: 1 })
  expect((await receiver.next('MESSAGE')).payload.content).toBe('again')
  expect(receiver.all('MESSAGE')).toHaveLength(1)
})

test('a failing batch is refused to each of its senders and the next batch is stored', async () => {
  const one = await WireClient.connect(server.url, 1)
  const two = await WireClient.connect(server.url, 2)
  store.hold()
  one.send(message(1, 'first', '1'))
  await until(() => store.appends === 1, 'the first append')
  one.send(message(1, 'second', '2'))
  two.send(message(2, 'third', '3'))
  const received = () => server.lines.filter((line) => line.includes('Received message'))
  await until(() => received().length === 3, 'all three messages')
  store.nextError = new Error('broken')
  store.release()
  expect(await one.next('ERROR')).toMatchObject({ ref: '1' })
  expect((await one.next('ACK')).client_id).toBe('2')
  expect((await two.next('ACK')).client_id).toBe('3')
  expect(two.all('ERROR')).toEqual([])
})
