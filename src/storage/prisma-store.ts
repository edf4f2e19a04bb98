import { randomUUID } from 'node:crypto'
import { ChatwsError } from '../protocol/error.ts'
import type { Dialect, EntryRow } from './dialect.ts'
import type { Lineage, LogPosition } from './lineage.ts'
import { LogPruner } from './log-pruner.ts'
import type { Appended, HistoryRange, LogEntry, NewEntry, Store } from './store.ts'
import { PrismaUploads, type UploadRecords } from './upload-records.ts'

/** What the store uses of a generated Prisma client, whichever provider it was generated for. */
export interface RawQueries {
  $queryRawUnsafe<T>(sql: string, ...values: unknown[]): Promise<T>
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>
}

export interface PrismaDatabase extends RawQueries {
  $transaction<T>(
    work: (tx: RawQueries) => Promise<T>,
    options: { maxWait: number; timeout: number },
  ): Promise<T>
  $disconnect(): Promise<void>
}

/** How long an append may wait for its turn and how long it may then take. */
const TRANSACTION = { maxWait: 10_000, timeout: 30_000 }

/** The log in a database behind Prisma. */
export class PrismaStore implements Store {
  readonly epoch: string
  readonly uploads: UploadRecords
  readonly pruner: LogPruner
  readonly #database: PrismaDatabase
  readonly #dialect: Dialect
  readonly #lineage: Lineage

  private constructor(database: PrismaDatabase, dialect: Dialect, lineage: Lineage, epoch: string) {
    this.#database = database
    this.#dialect = dialect
    this.#lineage = lineage
    this.epoch = epoch
    this.uploads = new PrismaUploads(database, dialect)
    this.pruner = new LogPruner(database, dialect, this.uploads)
  }

  /**
   * Opens the log in a migrated database. It begins a new epoch where there was none, and where
   * the database does not continue the history that `lineage` knows of.
   */
  static async open(
    database: PrismaDatabase,
    dialect: Dialect,
    lineage: Lineage,
  ): Promise<PrismaStore> {
    await database.$executeRawUnsafe(dialect.createLog, randomUUID())
    const stored = await readLog(database)
    const isContinued = await lineage.isContinued(stored)
    if (!isContinued)
      await database.$executeRawUnsafe(dialect.changeEpoch, randomUUID(), stored.epoch)
    // Read again: of several servers that open it at once, one changed the epoch for all.
    const log = isContinued ? stored : await readLog(database)
    await lineage.note(log)
    return new PrismaStore(database, dialect, lineage, log.epoch)
  }

  async lastOffset(): Promise<number> {
    return storageErrors(async () => (await readLog(this.#database)).offset)
  }

  async append(entries: readonly NewEntry[], createdAt: string): Promise<Appended[]> {
    if (entries.length === 0) return []
    let isCommitting = false
    const work = async (tx: RawQueries) => {
      const appended = await this.#append(tx, entries, createdAt)
      isCommitting = true
      return appended
    }
    const appended = await storageErrors(
      () => this.#database.$transaction(work, TRANSACTION),
      () => isCommitting,
    )
    this.#lineage.advance({ epoch: this.epoch, offset: appended.at(-1)!.entry.offset })
    return appended
  }

  async readAfter(offset: number, limit: number): Promise<LogEntry[]> {
    return storageErrors(async () => {
      const rows = await this.#database.$queryRawUnsafe<EntryRow[]>(
        this.#dialect.readAfter,
        offset,
        limit,
      )
      return rows.map(toLogEntry)
    })
  }

  async readHistory({ kind, chatId, before, limit }: HistoryRange): Promise<LogEntry[]> {
    return storageErrors(async () => {
      const rows = await this.#database.$queryRawUnsafe<EntryRow[]>(
        this.#dialect.readHistory[kind],
        chatId,
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      return rows.map(toLogEntry).reverse()
    })
  }

  async close(): Promise<void> {
    try {
      await this.#lineage.note({ epoch: this.epoch, offset: await this.lastOffset() })
    } catch {
      // The database is away; the position noted before is a safeguard all the same.
    } finally {
      await this.#database.$disconnect()
    }
  }

  async #append(
    tx: RawQueries,
    entries: readonly NewEntry[],
    createdAt: string,
  ): Promise<Appended[]> {
    const [log] = await tx.$queryRawUnsafe<{ last_offset: bigint }[]>(this.#dialect.lockLog)
    const byName = await this.#findRepeats(tx, entries)

    let offset = Number(log!.last_offset)
    const appended: Appended[] = []
    const fresh: { -readonly [K in keyof LogEntry]: LogEntry[K] }[] = []
    for (const entry of entries) {
      const name = nameOf(entry)
      const first = name === undefined ? undefined : byName.get(name)
      if (first) {
        appended.push({ entry: first, repeated: true })
        continue
      }
      offset += 1
      const stored = { ...entry, id: 0, offset, createdAt }
      if (name !== undefined) byName.set(name, stored)
      fresh.push(stored)
      appended.push({ entry: stored, repeated: false })
    }
    if (fresh.length === 0) return appended

    const byOffset = new Map(fresh.map((entry) => [entry.offset, entry]))
    for (const kind of ['chat', 'support'] as const) {
      const rows = fresh.filter((entry) => entry.kind === kind)
      if (rows.length === 0) continue
      const inserted = await tx.$queryRawUnsafe<{ id: bigint; offset: bigint }[]>(
        this.#dialect.insert[kind],
        JSON.stringify(rows.map(toColumns)),
        this.#dialect.timestamp(createdAt),
      )
      for (const row of inserted) byOffset.get(Number(row.offset))!.id = Number(row.id)
    }
    await tx.$executeRawUnsafe(this.#dialect.moveLog, offset)
    return appended
  }

  /** The entries already stored under the names that this batch uses: name → entry. */
  async #findRepeats(tx: RawQueries, entries: readonly NewEntry[]): Promise<Map<string, LogEntry>> {
    const named = entries.filter((entry) => entry.clientId !== undefined)
    if (named.length === 0) return new Map()
    const rows = await tx.$queryRawUnsafe<EntryRow[]>(
      this.#dialect.findRepeats,
      JSON.stringify(
        named.map((entry) => ({ sender_id: entry.senderId, client_id: entry.clientId })),
      ),
    )
    return new Map(rows.map(toLogEntry).map((entry) => [nameOf(entry)!, entry]))
  }
}

async function readLog(database: RawQueries): Promise<LogPosition> {
  const [row] = await database.$queryRawUnsafe<{ epoch: string; last_offset: bigint }[]>(
    'SELECT epoch, last_offset FROM log',
  )
  return { epoch: row!.epoch, offset: Number(row!.last_offset) }
}

function nameOf(entry: NewEntry): string | undefined {
  return entry.clientId === undefined ? undefined : `${entry.senderId} ${entry.clientId}`
}

/** An entry as the columns that `Dialect.insert` reads. */
function toColumns(entry: LogEntry): object {
  return {
    offset: entry.offset,
    chat_id: entry.chatId,
    sender_id: entry.senderId,
    client_id: entry.clientId,
    content: entry.content,
    file_type: entry.fileType,
    file_paths: entry.filePaths,
  }
}

function toLogEntry(row: EntryRow): LogEntry {
  return {
    kind: row.kind,
    id: Number(row.id),
    offset: Number(row.offset),
    chatId: Number(row.chat_id),
    senderId: Number(row.sender_id),
    clientId: row.client_id ?? undefined,
    content: row.content,
    fileType: row.file_type ?? undefined,
    filePaths: row.file_paths ?? undefined,
    createdAt: new Date(row.created_at).toISOString(),
  }
}

async function storageErrors<T>(
  work: () => Promise<T>,
  isCommitting: () => boolean = () => false,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (isRejection(cause))
      throw new ChatwsError('STORAGE_REJECTED', 'The database refuses the data', { cause })
    if (isCommitting())
      throw new ChatwsError('COMMIT_UNKNOWN', 'The database was lost while committing', { cause })
    throw new ChatwsError('STORAGE_UNAVAILABLE', 'The database does not answer', { cause })
  }
}

/** Primary result codes of SQLite for data it refuses: TOOBIG, CONSTRAINT, MISMATCH. */
const SQLITE_REJECTIONS = [18, 19, 20]

/** Whether the database itself found fault with the data: SQLSTATE classes 22 and 23 in PostgreSQL. */
function isRejection(error: unknown): boolean {
  const { meta } = error as {
    meta?: { driverAdapterError?: { cause?: { originalCode?: string } } }
  }
  const code = meta?.driverAdapterError?.cause?.originalCode ?? ''
  if (/^\d{1,4}$/.test(code)) return SQLITE_REJECTIONS.includes(Number(code) & 0xff)
  return /^2[23].{3}$/.test(code)
}
