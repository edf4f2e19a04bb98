import { ChatwsError } from '../protocol/error.ts'
import { type DatabaseLocation, type Durability, describeDatabase } from './database-url.ts'
import type { PrismaStore } from './prisma-store.ts'

/**
 * Opens the log at `location`, creating or migrating the database first. Throws
 * DATABASE_UNAVAILABLE when it cannot be opened and DATABASE_INCOMPATIBLE when it is not one of
 * this version's. The caller closes the store.
 */
export async function openStore(
  location: DatabaseLocation,
  durability: Durability = 'process',
): Promise<PrismaStore> {
  try {
    if (location.provider === 'sqlite') {
      const { openSqlite } = await import('./open-sqlite.ts')
      return await openSqlite(location.path, durability)
    }
    const { openPostgresql } = await import('./open-postgresql.ts')
    return await openPostgresql(location.connectionString, durability)
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
