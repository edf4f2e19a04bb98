import { ChatwsError } from '../protocol/error.ts'
import type { Database, Durability, DurableDatabase, DurableStore } from './database.ts'
import { failureReason } from './failure-reason.ts'
import { isFull } from './prisma/prisma-database.ts'
import type { Store } from './store.ts'

/**
 * Opens the log of a database, which is created or migrated first. Throws DATABASE_UNAVAILABLE
 * when it cannot be opened and DATABASE_INCOMPATIBLE when it is not one of this version's. The
 * caller closes the store.
 */
export function openStore(database: DurableDatabase, durability?: Durability): Promise<DurableStore>
export function openStore(database: Database, durability?: Durability): Promise<Store>
export function openStore(database: Database, durability: Durability = 'process'): Promise<Store> {
  return opening(database, () => database.open(durability))
}

/**
 * Brings a database up to date, as opening its log does, and returns the names of the migrations
 * that it lacked. Throws as `openStore` does.
 */
export async function migrateDatabase(database: DurableDatabase): Promise<string[]> {
  return opening(database, () => database.migrate())
}

async function opening<T>(
  { description }: Pick<Database, 'description'>,
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof ChatwsError && error.code === 'DATABASE_INCOMPATIBLE') throw error
    const advice = isFull(error) ? ' (some MB must be free before it can be opened)' : ''
    throw new ChatwsError(
      'DATABASE_UNAVAILABLE',
      `Cannot open the database ${description}: ${failureReason(error)}${advice}`,
      { cause: error },
    )
  }
}
