import { ChatwsError } from '../protocol/error.ts'
import { type DatabaseLocation, type Durability, describeDatabase } from './database-url.ts'
import type { PrismaStore } from './prisma/prisma-store.ts'

/**
 * Opens the log at `location`, creating or migrating the database first. Throws
 * DATABASE_UNAVAILABLE when it cannot be opened and DATABASE_INCOMPATIBLE when it is not one of
 * this version's. The caller closes the store.
 */
export async function openStore(
  location: DatabaseLocation,
  durability: Durability = 'process',
): Promise<PrismaStore> {
  return opening(location, async () => {
    if (location.provider === 'sqlite') {
      const { openSqlite } = await import('./sqlite/open.ts')
      return openSqlite(location.path, durability)
    }
    const { openPostgresql } = await import('./postgresql/open.ts')
    return openPostgresql(location.connectionString, durability)
  })
}

/**
 * Brings the database at `location` up to date, as opening its log does, and returns the names of
 * the migrations that it lacked. Throws as `openStore` does.
 */
export async function migrateDatabase(location: DatabaseLocation): Promise<string[]> {
  return opening(location, async () => {
    if (location.provider === 'sqlite') {
      const { migrateSqliteFile } = await import('./sqlite/open.ts')
      return migrateSqliteFile(location.path, 'full')
    }
    const { migratePostgresqlAt } = await import('./postgresql/open.ts')
    return migratePostgresqlAt(location.connectionString)
  })
}

async function opening<T>(location: DatabaseLocation, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof ChatwsError && error.code === 'DATABASE_INCOMPATIBLE') throw error
    throw new ChatwsError(
      'DATABASE_UNAVAILABLE',
      `Cannot open the database ${describeDatabase(location)}: ${reasonOf(error)}`,
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
