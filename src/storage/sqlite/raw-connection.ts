import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import type { RawConnection } from '../prisma/raw-connection.ts'

/** Connects to the SQLite file at `path`; undefined where there is none. */
export async function connectSqlite(path: string): Promise<RawConnection | undefined> {
  if (!existsSync(path)) return undefined
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

/** The `file:` URL of an SQLite file, with what a URL cannot hold escaped. */
export function sqliteFileUrl(path: string): string {
  return pathToFileURL(path).href
}
