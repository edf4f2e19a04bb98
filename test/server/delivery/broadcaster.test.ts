import { expect, test } from 'vitest'
import { OpenAccess } from '../../../src/server/access/open-access.ts'
import { Broadcaster, type BroadcasterParts } from '../../../src/server/delivery/broadcaster.ts'
import type { Connection } from '../../../src/server/delivery/connection.ts'
import { encodeFrame } from '../../../src/server/frames/encode-frame.ts'
import { entryFrame } from '../../../src/server/frames/entry-frame.ts'
import { createParts, MemoryStore } from '../../../src/storage/memory/memory-store.ts'
import { messagesOf } from '../../storage/append-messages.ts'
import { newEntry } from '../../storage/new-entry.ts'

const NOW = '2024-01-01T12:00:00.000Z'

test('tells everything that others stored before, also where a store reads a few entries at once', async () => {
  const store = new MemoryStore(createParts())
  const long = newEntry({ content: 'x'.repeat(60_000) })
  const others = messagesOf(
    await store.append(
      Array.from({ length: 20 }, () => long),
      NOW,
    ),
  )
  const told: Buffer[] = []
  const parts = {
    store,
    fanOut: { broadcast: (frame: Buffer) => told.push(frame) },
    serverLog: { messageStored() {}, failure() {} },
    users: { userCount: 0 },
    writers: { noteWriter() {} },
    access: new OpenAccess(),
    listeners: [],
  }
  const broadcaster = new Broadcaster(parts as unknown as BroadcasterParts, 0)
  const own = messagesOf(await store.append([newEntry()], NOW))
  await broadcaster.onCommitted(own, [{} as Connection])
  const frames = [...others, ...own].map(({ entry }) => encodeFrame(entryFrame(entry)!))
  expect(told).toEqual(frames)
  expect(broadcaster.offset).toBe(21)
})

/** A broadcaster of what is in a store, and what it has told. */
function follower(store: MemoryStore) {
  const told: number[] = []
  const stored: number[] = []
  const parts = {
    store,
    fanOut: { broadcast: () => told.push(told.length + 1) },
    responder: { reply: (_: Connection, { offset }: { offset: number }) => stored.push(offset) },
    serverLog: { messageStored() {}, failure() {} },
    users: { userCount: 0 },
    writers: { noteWriter() {} },
    access: new OpenAccess(),
    listeners: [],
  }
  return { broadcaster: new Broadcaster(parts as unknown as BroadcasterParts, 0), told, stored }
}

test('tells what others stored though nothing is stored here', async () => {
  const store = new MemoryStore(createParts())
  const { broadcaster, told } = follower(store)
  await store.append([newEntry(), newEntry()], NOW)
  await broadcaster.follow(await store.lastOffset())
  await broadcaster.follow(await store.lastOffset())
  expect(told).toEqual([1, 2])
  expect(broadcaster.offset).toBe(2)
})

test('tells nothing twice where both come at once, and acknowledges all the same', async () => {
  const store = new MemoryStore(createParts())
  const { broadcaster, told, stored } = follower(store)
  await store.append([newEntry(), newEntry()], NOW)
  const own = await store.append([newEntry({ clientId: 'a' })], NOW)
  const following = broadcaster.follow(await store.lastOffset())
  const telling = broadcaster.onCommitted(own, [{} as Connection])
  await broadcaster.follow(await store.lastOffset())
  await Promise.all([following, telling])
  expect(told).toEqual([1, 2, 3])
  expect(stored).toEqual([3])
  expect(broadcaster.offset).toBe(3)
  expect(broadcaster.stored).toBe(1)
})
