import { setImmediate as nextTurn } from 'node:timers/promises'
import { ChatwsError } from '../../src/protocol/error.ts'
import type { Appended, NewEntry, Store } from '../../src/storage/store.ts'

/** Appends as the contract tells callers to: an error that may pass is tried again, 200 times. */
export async function appendWithRetries(
  store: Store,
  entries: readonly NewEntry[],
  createdAt: string,
): Promise<Appended[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.append(entries, createdAt)
    } catch (error) {
      const mayPass = error instanceof ChatwsError && error.code === 'STORAGE_UNAVAILABLE'
      if (!mayPass || attempt === 200) throw error
      await nextTurn()
    }
  }
}
