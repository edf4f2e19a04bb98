import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import { newEntry } from '../storage/new-entry.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'
import { WireClient } from '../support/wire-client.ts'

const COUNT = 1_000
const HOUR_MS = 60 * 60 * 1000

/** Messages that were stored at one time, as one batch. */
const BATCH = 100

/** When the message of an offset was stored: a batch an hour. */
const storedAt = (offset: number) =>
  new Date(Date.UTC(2024, 0, 1) + Math.floor((offset - 1) / BATCH) * HOUR_MS)

/** Stores messages that the server never holds in memory. */
async function fillStore(store: Store): Promise<void> {
  for (let first = 1; first <= COUNT; first += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => newEntry({ content: `${first + i}` }))
    await store.append(batch, storedAt(first).toISOString())
  }
}

let server: TestServer
beforeEach(async () => {
  server = await startServer({ database: 'sqlite', fillStore })
})
afterEach(() => server.close())

/** Deletes the messages up to an offset, which is the last of a batch. */
async function pruneTo(offset: number): Promise<void> {
  const before = storedAt(offset + 1)
  const pruned = await server.store.prune({ before, isDryRun: false, onProgress: () => {} })
  expect(pruned.lastOffset).toBe(offset)
}

async function resume(since: number): Promise<WireClient> {
  const client = new WireClient(`${server.url}?userId=2&since=${since}&epoch=${server.store.epoch}`)
  const isAnswered = () =>
    client.frames.some(({ type }) => type === 'RESUMED' || type === 'RESUME_FAILED')
  await until(isAnswered, 'the answer to resuming')
  return client
}

const offsetsOf = (client: WireClient) => client.all('MESSAGE').map(({ payload }) => payload.offset)
const upFrom = (first: number) => Array.from({ length: COUNT + 1 - first }, (_, i) => first + i)

/** Sends a message and waits until the client has it too. */
async function say(client: WireClient): Promise<void> {
  client.send({ type: 'NEW_MESSAGE', chat_id: 1, sender_id: 2, content: 'new' })
  await until(() => offsetsOf(client).includes(COUNT + 1), 'what follows')
}

test.each([0, 50, 99, 299])(
  'a client that resumes from %i is told that what it missed was deleted, and goes on',
  async (since) => {
    await pruneTo(300)
    const client = await resume(since)
    expect(client.all('RESUME_FAILED')).toEqual([
      { type: 'RESUME_FAILED', epoch: server.store.epoch, offset: COUNT },
    ])
    expect(client.all('RESUMED')).toEqual([])
    await say(client)
    expect(offsetsOf(client)).toEqual([COUNT + 1])
    client.socket.close()
  },
)

test.each([300, 301, 600])('a client that resumes from %i gets all that is kept', async (since) => {
  await pruneTo(300)
  const client = await resume(since)
  expect(client.all('RESUMED')).toEqual([{ type: 'RESUMED', offset: COUNT }])
  expect(offsetsOf(client)).toEqual(upFrom(since + 1))
  client.socket.close()
})

test('a client that begins with the newest messages gets those that are left', async () => {
  await pruneTo(700)
  const client = new WireClient(`${server.url}?userId=2&history=900`)
  await until(() => offsetsOf(client).length === 300, 'the messages')
  expect(offsetsOf(client)).toEqual(upFrom(701))
  await say(client)
  client.socket.close()
})

test('resuming over a log of which nothing is left fails and does not hang', async () => {
  await pruneTo(COUNT)
  const client = await resume(1)
  expect(client.all('RESUME_FAILED')).toHaveLength(1)
  await say(client)
  expect(offsetsOf(client)).toEqual([COUNT + 1])
  client.socket.close()
})

test('what was deleted while it was resumed ends in the same answer', async () => {
  const first = await resume(200)
  await pruneTo(900)
  // The pages that the first one read are still in memory; what lies before them is not.
  const second = await resume(10)
  expect(offsetsOf(first)).toEqual(upFrom(201))
  expect(second.all('RESUME_FAILED')).toHaveLength(1)
  for (const client of [first, second]) client.socket.close()
})
