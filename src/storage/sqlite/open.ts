import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Durability } from '../database.ts'
import { PrismaClient } from '../generated/sqlite/client.ts'
import type { PrismaDatabase } from '../prisma/prisma-database.ts'
import { isBusy } from '../prisma/prisma-database.ts'
import { PrismaStore } from '../prisma/prisma-store.ts'
import { SqliteAdapterFactory } from './adapter.ts'
import { sqliteDialect } from './dialect.ts'
import { SqliteLineage } from './lineage.ts'
import { migrateSqlite } from './migrate.ts'
import { SqliteSearch } from './search.ts'

/** How long to wait, while nothing else is done yet, for others that open the file too. */
const OPEN_TIMEOUT_MS = 15_000

const BUSY_PAUSE_MS = 20

/**
 * Brings the SQLite file at `path` up to date, which is created if its folder exists, and returns
 * the names of the migrations that it lacked.
 */
export async function migrateSqliteFile(path: string, durability: Durability): Promise<string[]> {
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) throw new Error(`the folder ${folder} does not exist`)

  const factory = new SqliteAdapterFactory(path, { durability, busyTimeoutMs: OPEN_TIMEOUT_MS })
  const connection = await untilFree(() => factory.connect())
  try {
    return await migrateSqlite(connection)
  } finally {
    await connection.dispose()
  }
}

/** Opens the log in the SQLite file at `path`, which is created if its folder exists. */
export async function openSqlite(path: string, durability: Durability): Promise<PrismaStore> {
  await migrateSqliteFile(path, durability)
  const prisma = new PrismaClient({
    adapter: new SqliteAdapterFactory(path, { durability }),
    errorFormat: 'minimal',
  })
  const database = prisma as unknown as PrismaDatabase
  const lineage = new SqliteLineage(`${path}-position`)
  const search = new SqliteSearch(database)
  return untilFree(() => PrismaStore.open({ database, dialect: sqliteDialect, lineage, search }))
}

/**
 * Does `work`, again and again while another process that opens the file holds its lock: SQLite
 * waits for that only so long, and not at all where a file is changed to write-ahead logging.
 */
async function untilFree<T>(work: () => Promise<T>): Promise<T> {
  const giveUpMs = performance.now() + OPEN_TIMEOUT_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpMs) throw error
      await sleep(BUSY_PAUSE_MS)
    }
  }
}
