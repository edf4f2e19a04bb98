import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/postgresql/client.ts'
import { migratePostgresql } from './migrate-postgresql.ts'
import { postgresqlDialect } from './postgresql-dialect.ts'
import { type PrismaDatabase, PrismaStore } from './prisma-store.ts'

/** How long to wait for the server to accept a connection. */
const CONNECT_TIMEOUT_MS = 5_000

/** Opens the log in a PostgreSQL database, which must exist. */
export async function openPostgresql(connectionString: string): Promise<PrismaStore> {
  const connection = { connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS }
  const client = new pg.Client(connection)
  await client.connect()
  try {
    await migratePostgresql(client)
  } finally {
    await client.end()
  }
  const prisma = new PrismaClient({
    adapter: new PrismaPg(connection),
    errorFormat: 'minimal',
  })
  return PrismaStore.open(prisma as unknown as PrismaDatabase, postgresqlDialect)
}
