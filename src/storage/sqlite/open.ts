import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type { Durability } from '../database.ts'
import { PrismaClient } from '../generated/sqlite/client.ts'
import { type PrismaDatabase, untilFree } from '../prisma/prisma-database.ts'
import { PrismaStore } from '../prisma/prisma-store.ts'
import { SqliteAdapterFactory } from './adapter.ts'
import { sqliteDialect } from './dialect.ts'
import { FileGuard } from './file-guard.ts'
import { GuardedDatabase } from './guarded-database.ts'
import { SqliteLineage } from './lineage.ts'
import { migrateSqlite } from './migrate.ts'
import { createPrivateFile } from './private-file.ts'
import { SqliteSearch } from './search.ts'
import { SearchWorker } from './search-worker.ts'
import { removeStaleWal } from './stale-wal.ts'

/**
 * How long to wait, while nothing else is done yet, for others that have the file: SQLite waits only
 * so long, and not at all where a file is changed to write-ahead logging.
 */
const OPEN_TIMEOUT_MS = 15_000

/**
 * Brings the SQLite file at `path` up to date, which is created if its folder exists, and returns
 * the names of the migrations that it lacked.
 */
export async function migrateSqliteFile(path: string, durability: Durability): Promise<string[]> {
  const { connection, lacked } = await connectMigrated(path, durability)
  await connection.dispose()
  return lacked
}

/** Opens the log in the SQLite file at `path`, which is created if its folder exists. */
export async function openSqlite(path: string, durability: Durability): Promise<PrismaStore> {
  const { connection } = await connectMigrated(path, durability)
  const { provider, adapterName } = connection
  const prisma = new PrismaClient({
    // The same connection: another one would keep the write-ahead log from being closed.
    adapter: { provider, adapterName, connect: async () => connection },
    errorFormat: 'minimal',
  })
  const guard = new FileGuard(path)
  const worker = new SearchWorker(path)
  const inner = prisma as unknown as PrismaDatabase
  const database = new GuardedDatabase(inner, guard, () => worker.release())
  const lineage = new SqliteLineage(`${path}-position`)
  const search = new SqliteSearch(database, worker)
  const parts = { database, dialect: sqliteDialect, lineage, search, gone: guard.gone }
  return orElse(
    () => untilFree(() => PrismaStore.open(parts), OPEN_TIMEOUT_MS),
    () => database.$disconnect(),
  )
}

/** A connection to a file that is up to date, and the names of the migrations that it lacked. */
async function connectMigrated(
  path: string,
  durability: Durability,
): Promise<{ connection: SqlDriverAdapter; lacked: string[] }> {
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) throw new Error(`the folder ${folder} does not exist`)
  removeStaleWal(path)
  await createPrivateFile(path)
  const factory = new SqliteAdapterFactory(path, durability)
  const connection = await untilFree(() => factory.connect(), OPEN_TIMEOUT_MS)
  const lacked = await orElse(
    () => untilFree(() => migrateSqlite(connection), OPEN_TIMEOUT_MS),
    () => connection.dispose(),
  )
  return { connection, lacked }
}

/** Runs `work`, and `close` where that fails. */
async function orElse<T>(work: () => Promise<T>, close: () => Promise<void>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await close()
    throw error
  }
}
