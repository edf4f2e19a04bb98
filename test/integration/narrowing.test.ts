import { afterEach, beforeEach, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

let server: TestServer
beforeEach(async () => {
  server = await startServer()
})
afterEach(() => server.close())

const say = (client: WireClient, chat_id: number, content: string) =>
  client.send({
    ...{ type: 'NEW_MESSAGE', chat_id, sender_id: 1, content },
    client_id: content.slice(0, 64),
  })

/** The contents of the messages that a client got, in order. */
const contents = (client: WireClient) => client.all('MESSAGE').map(({ payload }) => payload.content)

test('a narrowed connection gets its chats and presence, in order, and others get all', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const narrowed = await WireClient.connect(server.url, 2)
  const all = await WireClient.connect(server.url, 3)
  narrowed.send({ type: 'SUBSCRIBE', chats: [2, 4], client_id: 's' })
  expect(await narrowed.next('SUBSCRIBED')).toMatchObject({ chats: [2, 4], client_id: 's' })
  for (let i = 0; i < 200; i++) say(sender, 1 + (i % 5), `${i}`)
  await until(() => all.all('MESSAGE').length === 200, 'all messages')
  await until(() => narrowed.all('MESSAGE').length === 80, 'the messages of two chats')
  const own = Array.from({ length: 200 }, (_, i) => i).filter((i) => [2, 4].includes(1 + (i % 5)))
  expect(contents(narrowed)).toEqual(own.map(String))
  const late = await WireClient.connect(server.url, 9)
  await until(() => narrowed.all('USER_ONLINE').some(({ userId }) => userId === 9), 'user 9')
  await late.close()
})

test('a connection that is narrowed to nothing gets nothing but what is for it', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const none = await WireClient.connect(server.url, 2)
  none.send({ type: 'SUBSCRIBE', chats: [] })
  await none.next('SUBSCRIBED')
  say(sender, 1, 'a')
  await sender.next('ACK')
  none.send({ type: 'PING', t: 5 })
  expect(await none.next('PONG')).toMatchObject({ t: 5 })
  expect(contents(none)).toEqual([])
})

test('a selection replaces the one before, and none is all again, without a gap or a repeat', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const client = await WireClient.connect(server.url, 2)
  const select = async (selection: object, count: number) => {
    client.send({ type: 'SUBSCRIBE', ...selection })
    return client.next('SUBSCRIBED', count)
  }
  const round = async (name: string) => {
    for (const chat of [1, 2, 3]) say(sender, chat, `${name}${chat}`)
    await until(() => sender.all('ACK').some(({ client_id }) => client_id === `${name}3`), name)
  }
  await select({ chats: [1] }, 1)
  await round('a')
  await select({ chats: [2] }, 2)
  await round('b')
  await select({}, 3)
  await round('c')
  await until(() => contents(client).includes('c3'), 'the last message')
  expect(contents(client)).toEqual(['a1', 'b2', 'c1', 'c2', 'c3'])
})

test('a narrowed connection that does not read is behind at no cost, and gets its chats in order', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const slow = await WireClient.connect(server.url, 2)
  slow.send({ type: 'SUBSCRIBE', chats: [1] })
  await slow.next('SUBSCRIBED')
  slow.socket.pause()
  const text = 'x'.repeat(20_000)
  for (let i = 0; i < 400; i++) say(sender, 1 + (i % 2), `${i} ${text}`.slice(0, 20_000))
  await until(() => sender.all('MESSAGE').length === 400, 'all messages at the sender', 30_000)
  slow.socket.resume()
  await until(() => slow.all('MESSAGE').length === 200, 'the messages of one chat', 30_000)
  const offsets = slow.all('MESSAGE').map(({ payload }) => payload.offset)
  expect(offsets).toEqual(Array.from({ length: 200 }, (_, i) => 2 * i + 1))
})

test('one who resumes and narrows at once gets what it missed of its chats only', async () => {
  const sender = await WireClient.connect(server.url, 1)
  const { epoch } = await sender.next('CONNECTION_ESTABLISHED')
  for (let i = 0; i < 1_000; i++) say(sender, 1 + (i % 4), `${i}`)
  await until(() => sender.all('ACK').length === 1_000, 'the ACKs')
  const client = new WireClient(`${server.url}?userId=2&since=0&epoch=${epoch}`)
  client.socket.on('open', () => client.send({ type: 'SUBSCRIBE', chats: [3] }))
  await client.next('RESUMED')
  say(sender, 3, 'live')
  await until(() => contents(client).at(-1) === 'live', 'the live message')
  const third = client.all('MESSAGE').filter(({ payload }) => payload.chat_id === 3)
  expect(third).toHaveLength(251)
  const offsets = client.all('MESSAGE').map(({ payload }) => payload.offset)
  expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
})
