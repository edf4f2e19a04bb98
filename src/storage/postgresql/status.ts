import pg from 'pg'
import type { DatabaseStatus } from '../database.ts'
import { readDatabaseStatus } from '../prisma/database-status.ts'
import type { RawConnection } from '../prisma/raw-connection.ts'

/** How long to wait for the server to accept a connection. */
const CONNECT_TIMEOUT_MS = 5_000

/** Looks at a PostgreSQL database. */
export function readPostgresqlStatus(connectionString: string): Promise<DatabaseStatus> {
  return readDatabaseStatus({
    provider: 'postgresql',
    connect: () => connect(connectionString),
    tables:
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = ANY (current_schemas(false))',
    readSizeBytes: async ({ query }) => {
      const [row] = await query('SELECT pg_database_size(current_database())::float8 AS size')
      return Number(row!.size)
    },
    readClock: async ({ query }) => {
      const [row] = await query('SELECT now() AS now')
      return new Date(row!.now as Date)
    },
  })
}

async function connect(connectionString: string): Promise<RawConnection> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  await client.connect()
  return {
    query: async (sql, values = []) => (await client.query(sql, [...values])).rows,
    close: () => client.end(),
  }
}
