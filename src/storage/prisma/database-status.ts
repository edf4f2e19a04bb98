import { ChatwsError } from '../../protocol/error.ts'
import type { DatabaseStatus, MessagesStatus, UploadsStatus } from '../database.ts'
import { failureReason } from '../failure-reason.ts'
import { TABLES } from './dialect.ts'
import {
  type MigrationRecord,
  type Provider,
  pendingMigrations,
  readMigrations,
} from './migrations.ts'
import { untilFree } from './prisma-database.ts'
import type { RawConnection } from './raw-connection.ts'

/** How long to wait for whoever keeps others from reading the database. */
const BUSY_TIMEOUT_MS = 15_000

/** How a kind of database is looked at. */
interface Inspection {
  readonly provider: Provider
  /** Undefined where there is no database. */
  readonly connect: () => Promise<RawConnection | undefined>
  /** Selects the names of its tables. */
  readonly tables: string
  readonly readSizeBytes: (connection: RawConnection) => Promise<number>
  /** Undefined where the database has no clock of its own. */
  readonly readClock: (connection: RawConnection) => Promise<Date | undefined>
}

/**
 * Looks at a database without changing it. Throws DATABASE_UNAVAILABLE when it cannot be reached.
 */
export async function readDatabaseStatus(inspection: Inspection): Promise<DatabaseStatus> {
  const startMs = performance.now()
  try {
    const connection = await inspection.connect()
    if (!connection) return absent(inspection.provider)
    try {
      await connection.query('SELECT 1 AS one')
      const answerMs = performance.now() - startMs
      return await untilFree(() => inspect(connection, inspection, answerMs), BUSY_TIMEOUT_MS)
    } finally {
      await connection.close()
    }
  } catch (cause) {
    const reason = failureReason(cause) || (cause as { code?: string }).code
    throw new ChatwsError('DATABASE_UNAVAILABLE', `The database cannot be read: ${reason}`, {
      cause,
    })
  }
}

function absent(provider: Provider): DatabaseStatus {
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
  { provider, tables, readSizeBytes, readClock }: Inspection,
  answerMs: number,
): Promise<DatabaseStatus> {
  const names = new Set((await connection.query(tables)).map(({ name }) => name))
  const records = names.has('_prisma_migrations') ? await readMigrationRecords(connection) : []
  return {
    ...absent(provider),
    exists: true,
    sizeBytes: await readSizeBytes(connection),
    appliedMigrations: records
      .filter(({ rolled_back_at, finished_at }) => !rolled_back_at && finished_at)
      .map(({ migration_name }) => migration_name),
    ...readPending(provider, records),
    ...(names.has('log') ? await readLogStatus(connection) : {}),
    uploads: names.has('uploads') ? await readUploads(connection) : undefined,
    clock: await readClock(connection),
    answerMs,
  }
}

async function readMigrationRecords(connection: RawConnection): Promise<MigrationRecord[]> {
  const rows = await connection.query(
    `SELECT migration_name, checksum, CAST(finished_at AS TEXT) AS finished_at,
       CAST(rolled_back_at AS TEXT) AS rolled_back_at
     FROM _prisma_migrations ORDER BY migration_name`,
  )
  return rows as unknown as MigrationRecord[]
}

function readPending(
  provider: Provider,
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

async function readLogStatus(
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
        `SELECT "offset", created_at FROM ${table} ORDER BY "offset" DESC LIMIT 1`,
      )
      return row ? [{ offset: Number(row.offset), at: new Date(row.created_at as string) }] : []
    }),
  )
  const [last] = newest.flat().sort((a, b) => b.offset - a.offset)
  return {
    log: log && { epoch: String(log.epoch), lastOffset: Number(log.last_offset) },
    messages,
    newestAt: last?.at,
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
