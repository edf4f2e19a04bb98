import { statSync } from 'node:fs'
import { ChatwsError } from '../../protocol/error.ts'
import type { DatabaseLocation } from '../database-url.ts'
import { TABLES } from './dialect.ts'
import { type MigrationRecord, pendingMigrations, readMigrations } from './migrations.ts'
import { openRawConnection, type RawConnection } from './raw-connection.ts'

/** The messages of one kind. */
export interface MessagesStatus {
  readonly count: number
  /** Offsets of the oldest and the newest that are kept; undefined where there is none. */
  readonly firstOffset: number | undefined
  readonly lastOffset: number | undefined
}

/** What a database holds. */
export interface DatabaseStatus {
  readonly provider: DatabaseLocation['provider']
  /** Whether there is one: the file of an SQLite database comes with its first server. */
  readonly exists: boolean
  readonly sizeBytes: number | undefined
  readonly appliedMigrations: readonly string[]
  readonly pendingMigrations: readonly string[]
  /** Why this version cannot use it. */
  readonly problem: string | undefined
  /** Undefined before the first migration. */
  readonly log: { readonly epoch: string; readonly lastOffset: number } | undefined
  readonly messages: Readonly<Record<'chat' | 'support', MessagesStatus>> | undefined
  /** When the newest message was stored. */
  readonly newestAt: Date | undefined
  readonly uploads: UploadsStatus | undefined
  /** The database's own clock; of PostgreSQL. */
  readonly clock: Date | undefined
  /** How long the first answer took. */
  readonly answerMs: number
}

export interface UploadsStatus {
  readonly count: number
  readonly sizeBytes: number
  /** How many of them no message names. */
  readonly unused: number
}

/**
 * Looks at a database without changing it. Throws DATABASE_UNAVAILABLE when it cannot be reached.
 */
export async function readDatabaseStatus(location: DatabaseLocation): Promise<DatabaseStatus> {
  const startMs = performance.now()
  try {
    const connection = await openRawConnection(location)
    if (!connection) return absent(location.provider)
    try {
      await connection.query('SELECT 1 AS one')
      return await inspect(connection, location, performance.now() - startMs)
    } finally {
      await connection.close()
    }
  } catch (cause) {
    const { message } = cause as Error
    const reason = message.trim().split('\n').at(-1) || (cause as { code?: string }).code
    throw new ChatwsError('DATABASE_UNAVAILABLE', `The database cannot be read: ${reason}`, {
      cause,
    })
  }
}

function absent(provider: DatabaseLocation['provider']): DatabaseStatus {
  return {
    provider,
    exists: false,
    sizeBytes: undefined,
    appliedMigrations: [],
    pendingMigrations: readMigrations(provider).map(({ name }) => name),
    problem: undefined,
    log: undefined,
    messages: undefined,
    newestAt: undefined,
    uploads: undefined,
    clock: undefined,
    answerMs: 0,
  }
}

async function inspect(
  connection: RawConnection,
  location: DatabaseLocation,
  answerMs: number,
): Promise<DatabaseStatus> {
  const { provider } = location
  const tables = await readTables(connection, provider)
  const records = tables.has('_prisma_migrations') ? await readRecords(connection) : []
  const [clock] = provider === 'postgresql' ? await connection.query('SELECT now() AS now') : []
  return {
    ...absent(provider),
    exists: true,
    sizeBytes: await readSize(connection, location),
    appliedMigrations: records
      .filter(({ rolled_back_at, finished_at }) => !rolled_back_at && finished_at)
      .map(({ migration_name }) => migration_name),
    ...readPending(provider, records),
    ...(tables.has('log') ? await readLog(connection) : {}),
    uploads: tables.has('uploads') ? await readUploads(connection) : undefined,
    clock: clock && new Date(clock.now as Date),
    answerMs,
  }
}

async function readTables(
  connection: RawConnection,
  provider: DatabaseLocation['provider'],
): Promise<Set<unknown>> {
  const rows = await connection.query(
    provider === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : 'SELECT tablename AS name FROM pg_tables WHERE schemaname = ANY (current_schemas(false))',
  )
  return new Set(rows.map(({ name }) => name))
}

async function readRecords(connection: RawConnection): Promise<MigrationRecord[]> {
  const rows = await connection.query(
    `SELECT migration_name, checksum, CAST(finished_at AS TEXT) AS finished_at,
       CAST(rolled_back_at AS TEXT) AS rolled_back_at
     FROM _prisma_migrations ORDER BY migration_name`,
  )
  return rows as unknown as MigrationRecord[]
}

function readPending(
  provider: DatabaseLocation['provider'],
  records: readonly MigrationRecord[],
): Pick<DatabaseStatus, 'pendingMigrations' | 'problem'> {
  try {
    const pending = pendingMigrations(readMigrations(provider), records)
    return { pendingMigrations: pending.map(({ name }) => name), problem: undefined }
  } catch (error) {
    if (!(error instanceof ChatwsError)) throw error
    return { pendingMigrations: [], problem: error.message }
  }
}

async function readSize(connection: RawConnection, location: DatabaseLocation): Promise<number> {
  if (location.provider === 'sqlite') {
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
    return size(location.path) + size(`${location.path}-wal`)
  }
  const [row] = await connection.query(
    'SELECT pg_database_size(current_database())::float8 AS size',
  )
  return Number(row!.size)
}

async function readLog(
  connection: RawConnection,
): Promise<Pick<DatabaseStatus, 'log' | 'messages' | 'newestAt'>> {
  const [log] = await connection.query('SELECT epoch, last_offset FROM log')
  const messages = {
    chat: await readMessages(connection, 'chat'),
    support: await readMessages(connection, 'support'),
  }
  const newest = await Promise.all(
    Object.values(TABLES).map(async ({ table }) => {
      const [row] = await connection.query(
        `SELECT created_at FROM ${table} ORDER BY "offset" DESC LIMIT 1`,
      )
      return row ? new Date(row.created_at as string).getTime() : 0
    }),
  )
  const newestMs = Math.max(...newest)
  return {
    log: log && { epoch: String(log.epoch), lastOffset: Number(log.last_offset) },
    messages,
    newestAt: newestMs > 0 ? new Date(newestMs) : undefined,
  }
}

async function readMessages(
  connection: RawConnection,
  kind: 'chat' | 'support',
): Promise<MessagesStatus> {
  const [row] = await connection.query(
    `SELECT COUNT(*) AS count, MIN("offset") AS first, MAX("offset") AS last
     FROM ${TABLES[kind].table}`,
  )
  const number = (value: unknown) => (value === null ? undefined : Number(value))
  return {
    count: Number(row!.count),
    firstOffset: number(row!.first),
    lastOffset: number(row!.last),
  }
}

async function readUploads(connection: RawConnection): Promise<UploadsStatus> {
  const [row] = await connection.query(
    `SELECT COUNT(*) AS count, COALESCE(SUM(size_bytes), 0) AS size,
       SUM(CASE WHEN used_at IS NULL THEN 1 ELSE 0 END) AS unused FROM uploads`,
  )
  return {
    count: Number(row!.count),
    sizeBytes: Number(row!.size),
    unused: Number(row!.unused ?? 0),
  }
}
