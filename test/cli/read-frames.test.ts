import { expect, test } from 'vitest'
import { readFrames } from '../../src/cli/read-frames.ts'
import { createParts, MemoryStore } from '../../src/storage/memory/memory-store.ts'
import { newEntry } from '../storage/new-entry.ts'

test('reads everything after an offset, also where a store reads a few entries at once', async () => {
  const store = new MemoryStore(createParts())
  const long = newEntry({ content: 'x'.repeat(60_000) })
  await store.append(
    Array.from({ length: 20 }, () => long),
    '2024-01-01T12:00:00.000Z',
  )
  const frames: Buffer[] = []
  for await (const frame of readFrames(store, 2)) frames.push(frame)
  expect(frames).toHaveLength(18)
})
