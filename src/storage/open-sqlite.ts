import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { PrismaClient } from './generated/sqlite/client.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { type PrismaDatabase, PrismaStore } from './prisma-store.ts'
import { SqliteAdapterFactory } from './sqlite-adapter.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

/** Opens the log in the SQLite file at `path`, which is created if its folder exists. */
export async function openSqlite(path: string): Promise<PrismaStore> {
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) throw new Error(`the folder ${folder} does not exist`)

  const factory = new SqliteAdapterFactory(path)
  const connection = await factory.connect()
  try {
    await migrateSqlite(connection)
  } finally {
    await connection.dispose()
  }
  const prisma = new PrismaClient({ adapter: factory, errorFormat: 'minimal' })
  return PrismaStore.open(prisma as unknown as PrismaDatabase, sqliteDialect)
}
