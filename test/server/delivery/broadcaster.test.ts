import { expect, test } from 'vitest'
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
  }
  const broadcaster = new Broadcaster(parts as unknown as BroadcasterParts, 0)
  const own = messagesOf(await store.append([newEntry()], NOW))
  await broadcaster.onCommitted(own, [{} as Connection])
  const frames = [...others, ...own].map(({ entry }) => encodeFrame(entryFrame(entry)))
  expect(told).toEqual(frames)
  expect(broadcaster.offset).toBe(21)
})
