import { ChatwsError } from '../protocol/error.ts'
import type { Database, Durability, DurableDatabase } from './database.ts'
import { isFull } from './prisma/prisma-database.ts'
import type { Store } from './store.ts'

/**
 * Opens the log of a database, which is created or migrated first. Throws DATABASE_UNAVAILABLE
 * when it cannot be opened and DATABASE_INCOMPATIBLE when it is not one of this version's. The
 * caller closes the store.
 */
export async function openStore(
  database: Database,
  durability: Durability = 'process',
): Promise<Store> {
  return opening(database, () => database.open(durability))
}

/**
 * Brings a database up to date, as opening its log does, and returns the names of the migrations
 * that it lacked. Throws as `openStore` does.
 */
export async function migrateDatabase(database: DurableDatabase): Promise<string[]> {
  return opening(database, () => database.migrate())
}

async function opening<T>({ description }: Database, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof ChatwsError && error.code === 'DATABASE_INCOMPATIBLE') throw error
    const advice = isFull(error) ? ' (some MB must be free before it can be opened)' : ''
    throw new ChatwsError(
      'DATABASE_UNAVAILABLE',
      `Cannot open the database ${description}: ${reasonOf(error)}${advice}`,
      { cause: error },
    )
  }
}

/** The innermost message, on one line: drivers wrap theirs, and Prisma's span several lines. */
function reasonOf(error: unknown): string {
  let inner = error
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0]
  const { message, originalMessage } = inner as { message?: string; originalMessage?: string }
  return (originalMessage ?? message ?? String(inner)).trim().split('\n').at(-1)!
}
