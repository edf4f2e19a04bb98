import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ChatNode } from '../../src/server/node/node.ts'
import { appendMessages } from '../storage/append-messages.ts'
import { newEntry } from '../storage/new-entry.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'

/** Bytes that may wait for one client: an answer above it would end the connection that asked. */
const OUTBOX_BYTES = 1024 * 1024

const LONG = 'ä'.repeat(30_000)
const NOW = '2024-01-01T12:00:00.000Z'

let server: TestServer
let client: WireClient
beforeEach(async () => {
  server = await startServer({ agents: [1] })
})
afterEach(async () => {
  await client.close()
  await server.close()
})

/** Asks a question; what comes back has to be an answer, and the connection to stay. */
async function ask(question: object): Promise<Record<string, unknown> & { bytes: number }> {
  const { type } = question as { type: string }
  client.send({ ...question, client_id: 'q' })
  const answer = (await client.next(type as 'CHATS')) as unknown as Record<string, unknown>
  client.send({ type: 'PING', t: 1 })
  await client.next('PONG')
  const bytes = Buffer.byteLength(JSON.stringify(answer))
  expect(bytes).toBeLessThan(OUTBOX_BYTES)
  return { ...answer, bytes }
}

test('CHATS of a hundred chats with long messages is an answer, clipped and marked', async () => {
  const chats = Array.from({ length: 100 }, (_, i) => newEntry({ chatId: i + 1, content: LONG }))
  await appendMessages(server.store, chats, NOW)
  await server.store.cursors.advance(
    chats.map(({ chatId }) => ({
      ...({ userId: 1, kind: 'chat', chatId } as const),
      delivered: 1,
      read: 0,
    })),
  )
  client = await WireClient.connect(server.url, 1)
  const { chats: listed } = (await ask({ type: 'CHATS' })) as unknown as {
    chats: { last_message: { content: string; clipped?: true } }[]
  }
  expect(listed).toHaveLength(100)
  expect(listed[0]!.last_message).toMatchObject({ content: LONG.slice(0, 1_000), clipped: true })
})

test('SUPPORT_QUEUE of many chats with long files and messages is an answer', async () => {
  const filePaths = 'f'.repeat(20_000)
  const waiting = Array.from({ length: 100 }, (_, i) =>
    newEntry({ kind: 'support', chatId: i + 1, senderId: 50, content: LONG, filePaths }),
  )
  await appendMessages(server.store, waiting, NOW)
  client = await WireClient.connect(server.url, 1)
  const { chats } = (await ask({ type: 'SUPPORT_QUEUE' })) as unknown as {
    chats: { support_chat_id: number; last_message?: object }[]
  }
  expect(chats).toHaveLength(100)
  // What there is no room for comes without its message.
  expect(chats[0]!.last_message).toBeDefined()
  expect(chats.at(-1)!.last_message).toBeUndefined()
})

test('HISTORY of a message with 3,000 reactions names the first 1,000', async () => {
  await appendMessages(server.store, [newEntry({})], NOW)
  for (let from = 0; from < 3_000; from += 1_000)
    await server.store.append(
      Array.from({ length: 1_000 }, (_, i) => ({
        ...({ type: 'reaction', kind: 'chat', messageId: 1, clientId: undefined } as const),
        ...{ senderId: from + i + 1, emoji: `${(from + i) % 7}`, removed: false },
      })),
      NOW,
    )
  client = await WireClient.connect(server.url, 1)
  const { messages } = (await ask({ type: 'HISTORY', chat_id: 1 })) as unknown as {
    messages: { reactions: { userIds: number[] }[] }[]
  }
  const users = messages[0]!.reactions.flatMap(({ userIds }) => userIds)
  expect(users.sort((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1))
})

test('SEARCH for hundreds of words in long messages is an answer, and others have their turn', async () => {
  const content = `${'lorem '.repeat(8_000)}needle`
  await appendMessages(
    server.store,
    Array.from({ length: 60 }, () => newEntry({ content })),
    NOW,
  )
  client = await WireClient.connect(server.url, 1)
  const other = await WireClient.connect(server.url, 2)
  let turns = 0
  let isAnswered = false
  const count = () => {
    turns += 1
    if (!isAnswered) setImmediate(count)
  }
  setImmediate(count)
  const text = 'needle '.repeat(30).trim()
  const { results } = (await ask({ type: 'SEARCH', text, limit: 50 })) as unknown as {
    results: object[]
  }
  isAnswered = true
  expect(results).toHaveLength(50)
  // One after each result, of which the first and the last may fall together with others.
  expect(turns).toBeGreaterThan(40)
  await other.close()
})

test('questions of many connections that come at once are answered in turns of their own', async () => {
  await appendMessages(server.store, [newEntry({})], NOW)
  const askers = await Promise.all(
    Array.from({ length: 30 }, (_, i) => WireClient.connect(server.url, i + 2)),
  )
  client = askers.pop()!
  const { readHistory } = server.store
  let inTurn = 0
  let most = 0
  server.store.readHistory = (range) => {
    if (inTurn === 0) setImmediate(() => (inTurn = 0))
    inTurn += 1
    most = Math.max(most, inTurn)
    return readHistory.call(server.store, range)
  }
  for (const asker of askers) asker.send({ type: 'HISTORY', chat_id: 1 })
  await Promise.all(askers.map((asker) => asker.next('HISTORY')))
  expect(most).toBeLessThanOrEqual(2)
  await Promise.all(askers.map((asker) => asker.close()))
})

test('a hundred SUBSCRIBEs of 2,000 chats at once are answered, one after the other', async () => {
  client = await WireClient.connect(server.url, 1)
  const ids = Array.from({ length: 1_000 }, (_, i) => Number.MAX_SAFE_INTEGER - i)
  for (let i = 0; i < 100; i++)
    client.send({ type: 'SUBSCRIBE', chats: ids, support_chats: ids, client_id: `${i}` })
  await client.next('SUBSCRIBED', 100)
  const order = client.all('SUBSCRIBED').map(({ client_id }) => Number(client_id))
  expect(order).toEqual(ids.slice(0, 100).map((_, i) => i))
})

test('of what one client sends at once, a few long frames are taken in a turn', async () => {
  client = await WireClient.connect(server.url, 1)
  const { receive } = ChatNode.prototype
  let inTurn = 0
  let most = 0
  const spy = vi.spyOn(ChatNode.prototype, 'receive').mockImplementation(function (
    this: ChatNode,
    ...args
  ) {
    if (inTurn === 0) setImmediate(() => (inTurn = 0))
    inTurn += 1
    most = Math.max(most, inTurn)
    return receive.apply(this, args)
  })
  for (let i = 0; i < 200; i++) client.send({ type: 'NOTHING', text: 'x'.repeat(60_000) })
  await client.next('ERROR', 200)
  spy.mockRestore()
  // One read of the network, and what was read before it was stopped.
  expect(most).toBeLessThanOrEqual(4)
})

test('a hundred refused frames with a client_id of 60,000 characters leave their sender connected', async () => {
  client = await WireClient.connect(server.url, 1)
  const refused = ['NOTHING', 'PING', 'CHATS', 5].map((type) => ({
    ...{ type, client_id: 'x'.repeat(60_000) },
  }))
  for (let i = 0; i < 100; i++) client.send(refused[i % refused.length]!)
  await client.next('ERROR', 100)
  expect(client.all('ERROR').every((error) => JSON.stringify(error).length < 1_500)).toBe(true)
  expect(client.socket.readyState).toBe(client.socket.OPEN)
})

test('one who resumes after others read very much is told of what moved last', async () => {
  await appendMessages(server.store, [newEntry({})], NOW)
  for (let from = 0; from < 12_000; from += 1_000)
    await server.store.cursors.advance(
      Array.from({ length: 1_000 }, (_, i) => ({
        ...({ kind: 'chat', chatId: 1, delivered: 1, read: 1 } as const),
        userId: from + i + 10,
      })),
    )
  const first = await WireClient.connect(server.url, 1)
  const { epoch } = first.all('CONNECTION_ESTABLISHED')[0] as unknown as { epoch: string }
  await first.close()
  client = new WireClient(`${server.url}?userId=1&since=0&epoch=${epoch}`)
  await client.next('RESUMED')
  expect(client.all('RECEIPT')).toHaveLength(10_000)
})
