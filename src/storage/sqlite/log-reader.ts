import type { LogEntry } from '../entries.ts'
import { type EntryRow, toLogEntry } from '../prisma/entry-row.ts'
import { createLogStatements } from '../prisma/log-statements.ts'
import type { RawConnection } from '../prisma/raw-connection.ts'
import { sqliteDialect } from './dialect.ts'
import { connectSqlite } from './raw-connection.ts'

/**
 * Reads the log in an SQLite file, whoever writes it meanwhile, and leaves it as it is. It does
 * without Prisma's query engine, which takes longer to load than most logs to read.
 */
export class LogReader {
  readonly #connection: RawConnection
  readonly #readAfter = createLogStatements(sqliteDialect).readAfter

  private constructor(connection: RawConnection) {
    this.#connection = connection
  }

  /** Throws when there is no such file. The caller closes it. */
  static async open(path: string): Promise<LogReader> {
    const connection = await connectSqlite(path)
    if (!connection) throw new Error(`the file ${path} does not exist`)
    return new LogReader(connection)
  }

  /** As of a store: up to `limit` entries above an offset, in order. */
  async readAfter(offset: number, limit: number): Promise<LogEntry[]> {
    const rows = await this.#connection.query(this.#readAfter, [offset, limit])
    return rows.map((row) => toLogEntry(row as unknown as EntryRow))
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}
