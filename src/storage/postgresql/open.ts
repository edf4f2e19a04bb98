import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import type { Durability } from '../database.ts'
import { PrismaClient } from '../generated/postgresql/client.ts'
import type { PrismaDatabase } from '../prisma/prisma-database.ts'
import { PrismaStore } from '../prisma/prisma-store.ts'
import { postgresqlDialect } from './dialect.ts'
import { PostgresqlLineage } from './lineage.ts'
import { migratePostgresql } from './migrate.ts'
import { PostgresqlSearch } from './search.ts'

/** How long to wait for the server to accept a connection. */
const CONNECT_TIMEOUT_MS = 5_000

/** Brings a PostgreSQL database up to date; returns the names of the migrations that it lacked. */
export async function migratePostgresqlAt(connectionString: string): Promise<string[]> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  await client.connect()
  try {
    return await migratePostgresql(client)
  } finally {
    await client.end()
  }
}

/** Opens the log in a PostgreSQL database, which must exist. */
export async function openPostgresql(
  connectionString: string,
  durability: Durability,
): Promise<PrismaStore> {
  await migratePostgresqlAt(connectionString)
  const connection = {
    connectionString: durability === 'full' ? withFullCommits(connectionString) : connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  }
  const prisma = new PrismaClient({
    adapter: new PrismaPg(connection),
    errorFormat: 'minimal',
  })
  const database = prisma as unknown as PrismaDatabase
  return PrismaStore.open({
    database,
    dialect: postgresqlDialect,
    lineage: new PostgresqlLineage(database),
    search: new PostgresqlSearch(database),
  })
}

/** The same connection with commits that wait for the disk, whatever the server's default is. */
function withFullCommits(connectionString: string): string {
  const url = new URL(connectionString)
  const options = url.searchParams.get('options') ?? ''
  url.searchParams.set('options', `${options} -c synchronous_commit=on`.trim())
  return url.href
}
