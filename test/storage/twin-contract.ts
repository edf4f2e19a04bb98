import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { NewEntry } from '../../src/storage/entries.ts'
import { createParts, MemoryStore } from '../../src/storage/memory/memory-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { anyEntry, BEGINNING } from './random-entries.ts'
import { readAll } from './read-all.ts'
import type { TestDatabase } from './test-database.ts'

const START_MS = Date.parse('2024-01-01T12:00:00.000Z')

const batches = fc.array(fc.array(anyEntry(20), { minLength: 1, maxLength: 6 }), {
  minLength: 60,
  maxLength: 80,
})

/** That a store says the same as the one in memory of whatever was done, run against one kind of database. */
export function describeTwinContract(createDatabase: () => Promise<TestDatabase>): void {
  it('decides and tells as the store in memory does', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const database = await createDatabase()
        try {
          const store = await database.open()
          const twin = new MemoryStore(createParts())
          for (const [i, batch] of [BEGINNING, ...all].entries()) {
            const outcomes = await store.append(batch, at(i))
            expect({ batch, outcomes }).toEqual({
              batch,
              outcomes: await twin.append(batch, at(i)),
            })
            await readSome(batch, [store, twin])
          }
          expect(await readAll(store)).toEqual(await readAll(twin))
        } finally {
          await database.drop()
        }
      }),
      { numRuns: 4, endOnFailure: true },
    )
  })
}

/** Whoever did something has read the chat up to some message; of threads, up to some reply. */
async function readSome(
  batch: readonly NewEntry[],
  stores: readonly Pick<Store, 'cursors' | 'access'>[],
): Promise<void> {
  for (const entry of batch) {
    if (entry.type !== 'message') continue
    const { senderId: userId, kind, chatId, thread } = entry
    const cursor = { userId, kind, chatId, delivered: 30, read: 20 }
    const rootId = thread ?? 1
    for (const { cursors, access } of stores) {
      await cursors.advance([cursor])
      await access.readThreads([{ userId, kind, rootId, read: 15 }])
    }
  }
}

function at(batch: number): string {
  return new Date(START_MS + batch * 1_000).toISOString()
}
