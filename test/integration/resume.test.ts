import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServerFrame } from '../../src/protocol/server-frames.ts'
import { ChatServer } from '../../src/server/chat-server.ts'
import { entryFrame } from '../../src/server/frames/entry-frame.ts'
import { ServerLog } from '../../src/server/telemetry/server-log.ts'
import type { LogEntry, NewEntry } from '../../src/storage/entries.ts'
import { openStore } from '../../src/storage/open-store.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import { newEntry } from '../storage/new-entry.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'
import { GatedStore } from './gated-store.ts'

/** A store whose reads by offset are counted and can be held back or made to fail. */
class WatchedStore extends GatedStore {
  reads = 0
  /** Reads by offset wait for it. */
  gate: Promise<void> | undefined
  isBroken = false

  override async readAfter(offset: number, limit: number): Promise<LogEntry[]> {
    this.reads += 1
    await this.gate
    if (this.isBroken) throw new Error('broken')
    return super.readAfter(offset, limit)
  }
}

let folder: string
let server: ChatServer
let store: WatchedStore
let url: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chatws-resume-'))
  await start()
})
afterEach(async () => {
  await stop()
  rmSync(folder, { recursive: true })
})

async function start(): Promise<void> {
  store = new WatchedStore(await openStore(new SqliteDatabase(join(folder, 'test.db'))))
  server = await ChatServer.create({
    store,
    serverLog: new ServerLog({ isEnabled: () => false, write: () => {} }),
    heartbeatMs: 30_000,
    statsIntervalMs: 30_000,
  })
  url = await server.listen('127.0.0.1', 0)
}

async function stop(): Promise<void> {
  await server.close()
  await store.close()
}

async function restart(): Promise<void> {
  await stop()
  await start()
}

/** Stores entries of both kinds while no server runs, so that none of them is in the tail. */
async function storeBeforeStart(count: number): Promise<void> {
  await stop()
  const entries: NewEntry[] = Array.from({ length: count }, (_, i) =>
    newEntry({ kind: i % 3 === 0 ? 'support' : 'chat', content: `stored ${i}` }),
  )
  const closedStore = await openStore(new SqliteDatabase(join(folder, 'test.db')))
  await closedStore.append(entries, '2024-01-01T12:00:00.000Z')
  await closedStore.close()
  await start()
}

/** Opens a connection with more in its URL than the user. */
function open(userId: number, query: object): WireClient {
  const parameters = new URLSearchParams({ userId: `${userId}`, ...query })
  return new WireClient(`${url}?${parameters}`)
}

async function resume(userId: number, since: number): Promise<WireClient> {
  const client = open(userId, { since: `${since}`, epoch: store.epoch })
  await client.next('RESUMED')
  return client
}

/** Sends messages of both kinds in turn and waits until they are stored and heard. */
async function say(client: WireClient, count: number): Promise<void> {
  const sender_id = client.all('CONNECTION_ESTABLISHED')[0]!.userId
  const before = offsetsOf(client).length
  for (let i = 0; i < count; i++)
    client.send(
      i % 3 === 0
        ? { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 5, sender_id, content: `support ${i}` }
        : { type: 'NEW_MESSAGE', chat_id: 5, sender_id, content: `chat ${i}` },
    )
  await until(() => offsetsOf(client).length === before + count, 'the messages')
}

function durableOf(client: WireClient): ServerFrame[] {
  return client.frames.filter(({ type }) => type === 'MESSAGE' || type === 'SUPPORT_MESSAGE')
}

function offsetsOf(client: WireClient): number[] {
  return client.frames.flatMap((frame) => ('payload' in frame ? [frame.payload.offset] : []))
}

/** Types of the frames that a client got, an offset for each durable one. */
function outline(client: WireClient): (string | number)[] {
  return client.frames.map((frame) => ('payload' in frame ? frame.payload.offset : frame.type))
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)

/** The frames of everything stored. */
async function wholeLog(): Promise<ServerFrame[]> {
  return (await store.readAfter(0, 1_000_000)).map((entry) => entryFrame(entry)!)
}

test('missed messages of both kinds come from the tail, then RESUMED, without a look at the database', async () => {
  const sender = await WireClient.connect(url, 1)
  await say(sender, 4)
  const client = await WireClient.connect(url, 2)
  await say(sender, 2)
  await until(() => offsetsOf(client).length === 2, 'both messages')
  await client.close()
  await say(sender, 5)

  const back = await resume(2, 6)
  expect(outline(back)).toEqual(['CONNECTION_ESTABLISHED', 7, 8, 9, 10, 11, 'RESUMED'])
  expect(back.all('RESUMED')).toEqual([{ type: 'RESUMED', offset: 11 }])
  expect(back.all('CONNECTION_ESTABLISHED')[0]).toMatchObject({ offset: 11, epoch: store.epoch })
  expect(durableOf(back)).toEqual(durableOf(sender).slice(6))
  expect(store.reads).toBe(0)
  await say(sender, 1)
  await until(() => outline(back).at(-1) === 12, 'the live message')
})

test('missed messages come from the database after the server was restarted', async () => {
  const sender = await WireClient.connect(url, 1)
  await say(sender, 5)
  const sent = durableOf(sender)
  await restart()

  const other = await WireClient.connect(url, 3)
  await say(other, 2)
  const back = await resume(2, 2)
  expect(outline(back)).toEqual(['CONNECTION_ESTABLISHED', 3, 4, 5, 6, 7, 'RESUMED'])
  expect(durableOf(back)).toEqual([...sent.slice(2), ...durableOf(other)])
  expect(store.reads).toBe(1)
})

test('a long way back is read over many pages, by several clients at once, each page once', async () => {
  await storeBeforeStart(1_500)
  const starts = [0, 0, 1, 255, 256, 257, 1_499]
  const clients = await Promise.all(starts.map((since, i) => resume(i + 1, since)))
  // The last page is not full; it may be read again.
  expect(store.reads).toBeLessThanOrEqual(5 + clients.length)
  for (const [i, client] of clients.entries())
    expect(outline(client).filter((item) => item !== 'USER_ONLINE')).toEqual([
      'CONNECTION_ESTABLISHED',
      ...range(starts[i]! + 1, 1_500),
      'RESUMED',
    ])
  expect(durableOf(clients[0]!)).toEqual(await wholeLog())
})

test('a client that missed nothing is told RESUMED at once and nothing else', async () => {
  const sender = await WireClient.connect(url, 1)
  await say(sender, 3)
  const back = await resume(2, 3)
  await say(sender, 1)
  await until(() => offsetsOf(back).length === 1, 'the live message')
  expect(outline(back)).toEqual(['CONNECTION_ESTABLISHED', 'RESUMED', 4])
  expect(store.reads).toBe(0)
})

test('since=0 in an empty log is resumed at once', async () => {
  const client = await resume(1, 0)
  expect(outline(client)).toEqual(['CONNECTION_ESTABLISHED', 'RESUMED'])
  expect(client.all('RESUMED')[0]!.offset).toBe(0)
})

test('since=0 brings the whole log', async () => {
  const sender = await WireClient.connect(url, 1)
  await say(sender, 6)
  const client = await resume(2, 0)
  expect(outline(client)).toEqual(['CONNECTION_ESTABLISHED', ...range(1, 6), 'RESUMED'])
})

test.each<[string, object]>([
  ['a position above the newest', { since: '4', epoch: 'EPOCH' }],
  ['the largest position', { since: '9007199254740991', epoch: 'EPOCH' }],
  ['another epoch', { since: '1', epoch: 'another' }],
  ['an epoch in other letters', { since: '1', epoch: 'EPOCH ' }],
  ['an empty epoch', { since: '1', epoch: '' }],
  ['no epoch', { since: '1' }],
  ['an empty since', { since: '', epoch: 'EPOCH' }],
  ['a negative since', { since: '-1', epoch: 'EPOCH' }],
  ['a since that is no number', { since: 'x', epoch: 'EPOCH' }],
  ['a since beyond all ids', { since: '9007199254740992', epoch: 'EPOCH' }],
])('%s is answered RESUME_FAILED, and live messages follow', async (_what, query) => {
  const sender = await WireClient.connect(url, 1)
  await say(sender, 3)
  const own = Object.fromEntries(
    Object.entries(query).map(([key, text]) => [key, text.replace('EPOCH', store.epoch)]),
  )
  const client = open(2, own)
  expect(await client.next('RESUME_FAILED')).toEqual({
    type: 'RESUME_FAILED',
    epoch: store.epoch,
    offset: 3,
  })
  await say(sender, 1)
  await until(() => offsetsOf(client).length === 1, 'the live message')
  expect(outline(client)).toEqual(['CONNECTION_ESTABLISHED', 'RESUME_FAILED', 4])
})

test.each([
  [1, range(5, 5)],
  [3, range(3, 5)],
  [5, range(1, 5)],
  [6, range(1, 5)],
  [1_000, range(1, 5)],
  [0, []],
  ['x', []],
])(
  'history=%s brings the newest of five messages first, from the tail',
  async (history, offsets) => {
    const sender = await WireClient.connect(url, 1)
    await say(sender, 5)
    const client = open(2, { history: `${history}` })
    await client.next('CONNECTION_ESTABLISHED')
    await say(sender, 1)
    await until(() => offsetsOf(client).at(-1) === 6, 'the live message')
    expect(outline(client)).toEqual(['CONNECTION_ESTABLISHED', ...offsets, 6])
    expect(store.reads).toBe(0)
  },
)

test('history of a server that was restarted is read from the database, at most 1000 messages', async () => {
  await storeBeforeStart(1_200)
  const client = open(1, { history: '5000' })
  await until(() => offsetsOf(client).length === 1_000, 'the history')
  expect(offsetsOf(client)).toEqual(range(201, 1_200))
  expect(durableOf(client)).toEqual((await wholeLog()).slice(200))
})

test('history is for those who cannot resume', async () => {
  const sender = await WireClient.connect(url, 1)
  await say(sender, 5)
  const resumed = open(2, { since: '4', epoch: store.epoch, history: '3' })
  await resumed.next('RESUMED')
  expect(outline(resumed)).toEqual(['CONNECTION_ESTABLISHED', 5, 'RESUMED'])
  const failed = open(3, { since: '4', epoch: 'another', history: '3' })
  await until(() => offsetsOf(failed).length === 3, 'the history')
  expect(outline(failed)).toEqual(['CONNECTION_ESTABLISHED', 'RESUME_FAILED', 3, 4, 5])
})

test('what happens while a client still reads the database comes after RESUMED, without a gap', async () => {
  await storeBeforeStart(300)
  const sender = await WireClient.connect(url, 1)
  let release = () => {}
  store.gate = new Promise((resolve) => {
    release = resolve
  })
  const client = open(2, { since: '10', epoch: store.epoch })
  await client.next('CONNECTION_ESTABLISHED')
  await until(() => store.reads > 0, 'the read')
  await say(sender, 5)
  const visitor = await WireClient.connect(url, 3)
  client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content: 'own', client_id: 'own' })
  await client.next('ACK')
  expect(offsetsOf(client)).toEqual([])
  release()
  await until(() => offsetsOf(client).length === 296, 'every message')
  const told = outline(client).filter((item) => item !== 'ACK')
  expect(told).toEqual([
    ...['CONNECTION_ESTABLISHED', ...range(11, 300), 'RESUMED', ...range(301, 305)],
    ...['USER_ONLINE', 306],
  ])
  expect(visitor.all('RESUMED')).toEqual([])
})

test('a client whose missed messages cannot be read is closed with 1013 and may come again', async () => {
  await storeBeforeStart(300)
  const sender = await WireClient.connect(url, 1)
  store.isBroken = true
  const refused = open(2, { since: '10', epoch: store.epoch })
  expect(await refused.closed).toMatchObject({ code: 1013 })
  expect(offsetsOf(refused)).toEqual([])
  await sender.next('USER_OFFLINE')

  store.isBroken = false
  const back = await resume(2, 10)
  expect(offsetsOf(back)).toEqual(range(11, 300))
  await say(sender, 1)
  await until(() => offsetsOf(back).at(-1) === 301, 'the live message')
})

test('a client that leaves while its missed messages are read harms nobody', async () => {
  await storeBeforeStart(300)
  const sender = await WireClient.connect(url, 1)
  let release = () => {}
  store.gate = new Promise((resolve) => {
    release = resolve
  })
  const leaving = open(2, { since: '0', epoch: store.epoch })
  await until(() => store.reads > 0, 'the read')
  leaving.socket.terminate()
  await sender.next('USER_OFFLINE')
  release()
  expect(offsetsOf(await resume(3, 0))).toEqual(range(1, 300))
})

test('a server that stops while missed messages are read stops', async () => {
  await storeBeforeStart(300)
  let release = () => {}
  store.gate = new Promise((resolve) => {
    release = resolve
  })
  const client = open(2, { since: '0', epoch: store.epoch })
  await until(() => store.reads > 0, 'the read')
  const stopped = server.close()
  expect(await client.closed).toMatchObject({ code: 4000 })
  release()
  await stopped
  await store.close()
  await start()
  expect(offsetsOf(await resume(2, 0))).toEqual(range(1, 300))
})

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * Follows the log from its beginning over many connections, each of them cut after some messages,
 * until the offset `last` has come; returns every durable frame in the order of arrival.
 */
async function follow(userId: number, last: () => number, random: () => number) {
  const seen: ServerFrame[] = []
  for (let connections = 1; ; connections++) {
    const client = open(userId, { since: `${seen.length}`, epoch: store.epoch })
    const enough = 1 + Math.floor(random() * 60)
    const isAll = () => seen.length + offsetsOf(client).length >= last()
    await until(() => isAll() || offsetsOf(client).length >= enough, `messages of ${userId}`)
    // Cut here, while more is under way: only what was received counts as seen.
    client.socket.terminate()
    seen.push(...durableOf(client))
    expect(client.all('RESUME_FAILED')).toEqual([])
    if (seen.length >= last()) return { seen, connections }
  }
}

test.each([1, 2, 3])(
  'clients that drop and resume at random each see the whole log once (seed %d)',
  async (seed) => {
    await storeBeforeStart(600)
    const random = createRandom(seed)
    const senders = await Promise.all([1, 2, 3].map((userId) => WireClient.connect(url, userId)))
    const sendAll = async () => {
      for (let round = 0; round < 25; round++)
        await Promise.all(
          senders.map((sender) => sendAndAwaitAcks(sender, Math.floor(random() * 8))),
        )
    }
    let total = Number.POSITIVE_INFINITY
    const followers = Array.from({ length: 6 }, (_, i) => follow(10 + i, () => total, random))
    await sendAll()
    total = await store.lastOffset()
    const results = await Promise.all(followers)
    const log = await wholeLog()
    expect(log.length).toBe(total)
    for (const { seen, connections } of results) {
      expect(seen).toEqual(log)
      expect(connections).toBeGreaterThan(1)
    }
  },
)

/** Sends messages and waits for their acknowledgements. */
async function sendAndAwaitAcks(client: WireClient, count: number): Promise<void> {
  const sender_id = client.all('CONNECTION_ESTABLISHED')[0]!.userId
  const acks = client.all('ACK').length
  for (let i = 0; i < count; i++) {
    const names = { sender_id, content: 'hi', client_id: `${acks + i}` }
    if (i % 2) client.send({ type: 'NEW_MESSAGE', chat_id: 5, ...names })
    else client.send({ type: 'NEW_SUPPORT_MESSAGE', support_chat_id: 5, ...names })
  }
  if (count > 0) await client.next('ACK', acks + count)
}
