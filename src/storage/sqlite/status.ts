import { statSync } from 'node:fs'
import type { DatabaseStatus } from '../database.ts'
import { readDatabaseStatus } from '../prisma/database-status.ts'
import { connectSqlite } from './raw-connection.ts'

/** Looks at the SQLite file at `path`. */
export function readSqliteStatus(path: string): Promise<DatabaseStatus> {
  const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return readDatabaseStatus({
    provider: 'sqlite',
    connect: () => connectSqlite(path),
    tables: "SELECT name FROM sqlite_master WHERE type = 'table'",
    readSizeBytes: async () => size(path) + size(`${path}-wal`),
    readClock: async () => undefined,
  })
}
