import { existsSync } from 'node:fs'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { type DatabaseLocation, sqliteFileUrl } from '../database-url.ts'

/** How long to wait for a PostgreSQL server to accept a connection. */
const CONNECT_TIMEOUT_MS = 5_000

/** A connection that leaves the database as it finds it: nothing is created, set or migrated. */
export interface RawConnection {
  /** Runs one statement; rows by column name. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** Connects to a database that is there; undefined where the file of an SQLite one is not. */
export async function openRawConnection(
  location: DatabaseLocation,
): Promise<RawConnection | undefined> {
  if (location.provider === 'postgresql') return openPostgresql(location.connectionString)
  return existsSync(location.path) ? openSqlite(location.path) : undefined
}

async function openPostgresql(connectionString: string): Promise<RawConnection> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  await client.connect()
  return {
    query: async (sql, values = []) => (await client.query(sql, [...values])).rows,
    close: () => client.end(),
  }
}

async function openSqlite(path: string): Promise<RawConnection> {
  const adapter = await new PrismaLibSql({ url: sqliteFileUrl(path) }).connect()
  return {
    query: async (sql, values = []) => {
      const argTypes = values.map(() => ({ scalarType: 'unknown', arity: 'scalar' }) as const)
      const result = await adapter.queryRaw({ sql, args: [...values], argTypes })
      return result.rows.map((row) =>
        Object.fromEntries(result.columnNames.map((name, i) => [name, row[i]])),
      )
    },
    close: () => adapter.dispose(),
  }
}
