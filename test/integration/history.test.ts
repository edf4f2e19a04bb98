import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MessageEntry, NewMessageEntry } from '../../src/storage/entries.ts'
import type { HistoryEntry, HistoryRange } from '../../src/storage/store.ts'
import { appendMessages } from '../storage/append-messages.ts'
import { newEntry } from '../storage/new-entry.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'
import { GatedStore } from './gated-store.ts'

const NOW = '2024-01-01T12:00:00.000Z'

/** A store whose history cannot be read while `isBroken`. */
class FragileStore extends GatedStore {
  isBroken = false

  override async readHistory(range: HistoryRange): Promise<HistoryEntry[]> {
    if (this.isBroken) throw new Error('broken')
    return super.readHistory(range)
  }
}

let server: TestServer
let store: FragileStore
let client: WireClient
beforeEach(async () => {
  server = await startServer({
    wrapStore: (inner) => {
      store = new FragileStore(inner)
      return store
    },
  })
  client = await WireClient.connect(server.url, 1)
})
afterEach(() => server.close())

/** Puts entries into the database, as if they had been sent. */
async function append(entries: readonly Partial<NewMessageEntry>[]): Promise<MessageEntry[]> {
  const appended = await appendMessages(server.store, entries.map(newEntry), NOW)
  return appended.map(({ entry }) => entry)
}

/** `count` entries in each of two chats of both kinds, in turn. */
function appendToFourChats(count: number): Promise<MessageEntry[]> {
  return append(
    Array.from({ length: count }, (_, i) =>
      (['chat', 'support'] as const).flatMap((kind) =>
        [7, 8].map((chatId) => ({ kind, chatId, content: `${i}` })),
      ),
    ).flat(),
  )
}

let asked = 0
beforeEach(() => {
  asked = 0
})

/** Asks for a page and waits for the answer. */
async function ask(request: object) {
  client.send({ type: 'HISTORY', ...request })
  asked += 1
  return nextPage(asked)
}

/** Waits for the `count`-th page; fails at once when the connection is closed instead. */
function nextPage(count: number) {
  const closed = client.closed.then(({ code }) => {
    throw new Error(`closed with ${code} instead of page ${count}`)
  })
  return Promise.race([client.next('HISTORY', count), closed])
}

/** The ids of all pages from the newest to the beginning, oldest page first. */
async function pageBack(chat: object, limit: number): Promise<number[][]> {
  const pages: number[][] = []
  let before: number | undefined
  for (;;) {
    const answer = await ask({ ...chat, limit, ...(before === undefined ? {} : { before }) })
    expect(answer).toMatchObject({ ...chat, ...(before === undefined ? {} : { before }) })
    pages.unshift(answer.messages.map((message) => message.id))
    if (!answer.has_more) return pages
    before = pages[0]![0]!
  }
}

test.each([
  ['chat', 'chat_id'],
  ['support', 'support_chat_id'],
] as const)(
  'pages of any size lead back to the beginning of a %s, and no further',
  async (kind, key) => {
    const entries = await appendToFourChats(12)
    const ids = entries.filter((e) => e.kind === kind && e.chatId === 8).map((e) => e.id)
    for (const limit of [1, 2, 5, 6, 11, 12, 13, 1000]) {
      const pages = await pageBack({ [key]: 8 }, limit)
      expect(pages.flat()).toEqual(ids)
      expect(pages).toHaveLength(Math.ceil(ids.length / limit))
      expect(pages.slice(1).every((page) => page.length === limit)).toBe(true)
    }
  },
)

test('pages of more messages than are read at once leave none out', async () => {
  const entries = await append(
    Array.from({ length: 450 }, (_, i) => ({ chatId: 1 + (i % 10 === 9 ? 1 : 0) })),
  )
  const ids = entries.filter(({ chatId }) => chatId === 1).map(({ id }) => id)
  for (const limit of [200, 201, 202, 400, 401, 404, 405, 1000]) {
    const pages = await pageBack({ chat_id: 1 }, limit)
    expect(pages.flat()).toEqual(ids)
    expect(pages).toHaveLength(Math.ceil(ids.length / limit))
  }
})

test('a page holds the messages as they were broadcast, with the name that the sender gave', async () => {
  const file = { file_type: 'image/png', file_paths: 'uploads/a.png' }
  const sent = { sender_id: 1, content: 'Grüße 👋', ...file }
  client.send({ type: 'NEW_MESSAGE', chat_id: 5, ...sent, client_id: 'a' })
  client.send({ type: 'NEW_MESSAGE', chat_id: 5, sender_id: 1, content: '' })
  client.send({ type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 5, ...sent })
  const message = await client.next('MESSAGE', 2)
  const support = await client.next('SUPPORT_MESSAGE')
  expect(await ask({ chat_id: 5 })).toEqual({
    type: 'HISTORY',
    chat_id: 5,
    messages: [{ ...client.all('MESSAGE')[0]!.payload, client_id: 'a' }, message.payload],
    has_more: false,
  })
  expect(await ask({ support_chat_id: 5 })).toEqual({
    type: 'HISTORY',
    support_chat_id: 5,
    messages: [support.payload],
    has_more: false,
  })
})

test('a chat without messages has an empty page and no more', async () => {
  const answer = { type: 'HISTORY', chat_id: 9, messages: [], has_more: false }
  expect(await ask({ chat_id: 9 })).toEqual(answer)
  expect(await ask({ chat_id: 9, before: 5 })).toEqual({ ...answer, before: 5 })
})

test('50 messages come where no limit is given', async () => {
  await append(Array.from({ length: 51 }, () => ({ chatId: 3 })))
  const answer = await ask({ chat_id: 3 })
  expect(answer.messages).toHaveLength(50)
  expect([answer.messages[0]!.id, answer.has_more]).toEqual([2, true])
})

test('before need not be an id of that chat', async () => {
  const entries = await appendToFourChats(4)
  const own = entries.filter((e) => e.kind === 'chat' && e.chatId === 7).map((e) => e.id)
  const ids = async (before: number) =>
    (await ask({ chat_id: 7, before })).messages.map((message) => message.id)
  expect(await ids(own[2]! + 1)).toEqual(own.slice(0, 3))
  expect(await ids(own[2]!)).toEqual(own.slice(0, 2))
  expect(await ids(Number.MAX_SAFE_INTEGER)).toEqual(own)
  expect(await ids(1)).toEqual([])
})

test('the answer goes only to the connection that asked', async () => {
  const tab = await WireClient.connect(server.url, 1)
  await appendToFourChats(1)
  await ask({ chat_id: 7 })
  client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 1, content: 'after' })
  await tab.next('MESSAGE')
  expect(tab.all('HISTORY')).toEqual([])
})

/** Pages back and checks that pages are cut, that none is missing, and that the client stays. */
async function expectCutPages(chatId: number, contents: readonly string[]): Promise<void> {
  const entries = await append(contents.map((content) => ({ chatId, content })))
  const pages = await pageBack({ chat_id: chatId }, 1000)
  expect(pages.length).toBeGreaterThan(1)
  expect(pages.flat()).toEqual(entries.map((entry) => entry.id))
  expect(client.socket.readyState).toBe(client.socket.OPEN)
}

test('a page ends before it gets too large, and has more', async () => {
  await expectCutPages(
    4,
    Array.from({ length: 40 }, () => 'x'.repeat(65_400)),
  )
})

test('a page of as many bytes as may be is received', async () => {
  // 16 × 64 KiB less what the frame of each needs: the most that a client can have sent.
  const entries = await append(
    Array.from({ length: 16 }, () => ({ chatId: 4, content: 'x'.repeat(65_460) })),
  )
  const pages = await pageBack({ chat_id: 4 }, 16)
  expect(pages.flat()).toEqual(entries.map((entry) => entry.id))
})

test('a page of many small messages that fill it is received', async () => {
  await expectCutPages(
    4,
    Array.from({ length: 1_500 }, () => 'x'.repeat(1_040)),
  )
})

test('a page of text that takes more bytes than characters is received', async () => {
  await expectCutPages(
    4,
    Array.from({ length: 60 }, () => '語'.repeat(21_000)),
  )
})

test('a page of text that grows sixfold in JSON is received', async () => {
  await expectCutPages(
    4,
    Array.from({ length: 200 }, () => '\u0001'.repeat(10_000)),
  )
})

test('pages asked for at once are all answered', async () => {
  await append(Array.from({ length: 10 }, () => ({ chatId: 4, content: 'x'.repeat(60_000) })))
  for (let i = 0; i < 3; i++) client.send({ type: 'HISTORY', chat_id: 4 })
  await nextPage(3)
  expect(client.all('HISTORY').map(({ messages }) => messages.at(-1)!.id)).toEqual([10, 10, 10])
})

test.each([
  {},
  { chat_id: 1, support_chat_id: 1 },
  { chat_id: 0 },
  { chat_id: '1' },
  { chat_id: 1, limit: 0 },
  { chat_id: 1, limit: 1001 },
  { chat_id: 1, before: 0 },
  { chat_id: 1, before: null },
  { chat_id: 1, more: true },
])('a wrong request is answered INVALID_FRAME and the connection stays: %j', async (request) => {
  client.send({ type: 'HISTORY', ...request })
  expect(await client.next('ERROR')).toMatchObject({ code: 'INVALID_FRAME' })
  expect(await ask({ chat_id: 1 })).toMatchObject({ messages: [] })
})

test('a history that cannot be read is answered STORAGE_UNAVAILABLE and can be asked for again', async () => {
  await append([{ chatId: 3 }])
  store.isBroken = true
  client.send({ type: 'HISTORY', chat_id: 3 })
  expect(await client.next('ERROR')).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  store.isBroken = false
  expect((await ask({ chat_id: 3 })).messages).toHaveLength(1)
})

test('a client that leaves before its page is read harms nobody', async () => {
  await append([{ chatId: 3 }])
  const leaving = await WireClient.connect(server.url, 2)
  leaving.send({ type: 'HISTORY', chat_id: 3 })
  leaving.socket.terminate()
  await client.next('USER_OFFLINE')
  expect((await ask({ chat_id: 3 })).messages).toHaveLength(1)
})
