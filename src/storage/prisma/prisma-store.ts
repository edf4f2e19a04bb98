import { randomUUID } from 'node:crypto'
import type { ChatwsError } from '../../protocol/error.ts'
import type { QueuedChat, SearchQuery } from '../conversation.ts'
import type { DurableStore } from '../database.ts'
import type { LogEntry, MessageEntry, NewEntry } from '../entries.ts'
import type { AgesRange, MessageAge } from '../message-ages.ts'
import { type Pruned, type PruneOptions, pruneLog } from '../prune-log.ts'
import { wordsOf } from '../search-text.ts'
import type { FoundMessage, HistoryEntry, HistoryRange, Outcome } from '../store.ts'
import type { UploadRecords } from '../upload-records.ts'
import { PrismaAccessRecords } from './access-records.ts'
import { PrismaChatCensus } from './chat-census.ts'
import { PrismaChatCursors } from './chat-cursors.ts'
import type { Dialect } from './dialect.ts'
import { type EntryRow, toIso, toLogEntry, toMessage } from './entry-row.ts'
import { HistoryReader } from './history-reader.ts'
import { query } from './json-rows.ts'
import { PrismaLastSeen } from './last-seen.ts'
import type { HistoryPoint, Lineage } from './lineage.ts'
import { LogAppend } from './log-append.ts'
import { createLogStatements, type LogStatements } from './log-statements.ts'
import type { MessageSearch } from './message-search.ts'
import { PrismaPersonalRecords } from './personal-records.ts'
import {
  isFull,
  type PrismaDatabase,
  type RawQueries,
  storageErrors,
  storing,
} from './prisma-database.ts'
import { PrismaPrunableLog } from './prunable-log.ts'
import { createPruneStatements } from './prune-statements.ts'
import { PrismaUploads } from './uploads.ts'

/** As large as any message. */
const MESSAGE_BYTES = 65_536

/** What a PrismaStore is made of. */
export interface PrismaStoreParts {
  readonly database: PrismaDatabase
  readonly dialect: Dialect
  readonly lineage: Lineage
  readonly search: MessageSearch
  /** Resolves with the reason once the database is gone for good. */
  readonly gone?: Promise<ChatwsError>
}

/** The log in a database behind Prisma. */
export class PrismaStore implements DurableStore {
  readonly epoch: string
  readonly access: PrismaAccessRecords
  readonly cursors: PrismaChatCursors
  readonly lastSeen: PrismaLastSeen
  readonly personal: PrismaPersonalRecords
  readonly census: PrismaChatCensus
  readonly uploads: UploadRecords
  readonly gone: Promise<ChatwsError> | undefined
  readonly #database: PrismaDatabase
  readonly #statements: LogStatements
  readonly #append: LogAppend
  readonly #history: HistoryReader
  readonly #dialect: Dialect
  readonly #lineage: Lineage
  /** Whether something as large as a message was stored since the disk was full, or since opening. */
  #hasRoom = false
  readonly #search: MessageSearch
  readonly #prunable: PrismaPrunableLog

  private constructor(parts: PrismaStoreParts, epoch: string) {
    const { database, dialect, lineage, search } = parts
    this.gone = parts.gone
    this.access = new PrismaAccessRecords(database, dialect)
    this.cursors = new PrismaChatCursors(database, dialect)
    this.lastSeen = new PrismaLastSeen(database, dialect)
    this.census = new PrismaChatCensus(database, dialect)
    this.personal = new PrismaPersonalRecords(database, dialect, search)
    this.#database = database
    this.#search = search
    this.#statements = createLogStatements(dialect)
    this.#append = new LogAppend(database, dialect, this.#statements)
    this.#history = new HistoryReader(database, this.#statements, dialect)
    this.#dialect = dialect
    this.#lineage = lineage
    this.epoch = epoch
    this.uploads = new PrismaUploads(database, dialect)
    this.#prunable = new PrismaPrunableLog(
      database,
      dialect,
      createPruneStatements(dialect),
      this.uploads,
    )
  }

  /**
   * Opens the log in a migrated database. It begins a new epoch where there was none, and where
   * the database does not continue the history that `lineage` knows of.
   */
  static async open(parts: PrismaStoreParts): Promise<PrismaStore> {
    const { database, dialect, lineage } = parts
    const { createLog, changeEpoch } = createLogStatements(dialect)
    await database.$executeRawUnsafe(createLog, randomUUID())
    const stored = await readPoint(database)
    const isContinued = await lineage.isContinued(stored)
    if (!isContinued) await database.$executeRawUnsafe(changeEpoch, randomUUID(), stored.epoch)
    // Read again: of several servers that open it at once, one changed the epoch for all.
    const log = isContinued ? stored : await readPoint(database)
    // What was noted before holds on, where only a full disk keeps it from being brought up to date.
    await lineage.note(log).catch((error) => {
      if (!isContinued || !isFull(error)) throw error
    })
    return new PrismaStore(parts, log.epoch)
  }

  async lastOffset(): Promise<number> {
    return storageErrors(async () => (await readPoint(this.#database)).offset)
  }

  async confirmWritable(): Promise<void> {
    const touch = (sizeBytes: number) =>
      storing(() => this.#database.$executeRawUnsafe(this.#dialect.touchLog(sizeBytes)))
    // A full disk may still take something small, and yet no message.
    if (!this.#hasRoom) await touch(MESSAGE_BYTES)
    this.#hasRoom = true
    await touch(1)
  }

  async append(entries: readonly NewEntry[], createdAt: string): Promise<Outcome[]> {
    if (entries.length === 0) return []
    const outcomes = await this.#append.append(entries, createdAt).catch((error) => {
      if (isFull(error)) this.#hasRoom = false
      throw error
    })
    const last = outcomes.findLast((outcome) => 'entry' in outcome)
    this.#search.noteGrowth()
    if (last) this.#lineage.advance({ epoch: this.epoch, offset: last.entry.offset })
    return outcomes
  }

  async readAfter(offset: number, limit: number): Promise<LogEntry[]> {
    return storageErrors(async () => {
      const rows = await this.#database.$queryRawUnsafe<EntryRow[]>(
        this.#statements.readAfter,
        offset,
        limit,
      )
      return rows.map(toLogEntry)
    })
  }

  readHistory(range: HistoryRange): Promise<HistoryEntry[]> {
    return storageErrors(() => this.#history.read(range))
  }

  async readSupportQueue(limit: number): Promise<QueuedChat[]> {
    const { waiting, answered } = this.#statements.readQueue
    const read = (statement: string, count: number) =>
      storageErrors(() => this.#database.$queryRawUnsafe<QueueRow[]>(statement, count))
    const rows = await read(waiting, limit)
    if (rows.length < limit) rows.push(...(await read(answered, limit - rows.length)))
    return rows.map(({ id, assignee, waiting_since, newest }) => ({
      chatId: Number(id),
      assignee: assignee === null ? null : Number(assignee),
      waitingSince: waiting_since === null ? null : toIso(waiting_since),
      newest: Number(newest ?? 0),
    }))
  }

  async readClipped(offsets: readonly number[]): Promise<MessageEntry[]> {
    const rows = offsets.map((offset) => ({ offset }))
    const found = await storageErrors(() =>
      query<EntryRow>(this.#database, this.#statements.readClipped, rows),
    )
    return found.map(toMessage)
  }

  async readAges({ kind, chatId, after, limit }: AgesRange): Promise<MessageAge[]> {
    const { readAges, readAgesOfChat } = this.#statements
    const rows = await storageErrors(() =>
      chatId === undefined
        ? this.#database.$queryRawUnsafe<AgeRow[]>(readAges[kind], after, limit)
        : this.#database.$queryRawUnsafe<AgeRow[]>(readAgesOfChat[kind], after, limit, chatId),
    )
    return rows.map((row) => ({
      id: Number(row.id),
      senderId: Number(row.sender_id),
      createdAt: toIso(row.created_at),
      isDeleted: Boolean(row.is_deleted),
      sizeBytes: Number(row.size),
    }))
  }

  async search(search: SearchQuery): Promise<readonly FoundMessage[]> {
    const words = wordsOf(search.text)
    return words.length === 0 ? [] : this.#search.find(words, search)
  }

  async prune(options: PruneOptions): Promise<Pruned> {
    const pruned = await pruneLog(this.#prunable, options)
    // Where its index cannot be written to now, that forgets before it is asked for anything.
    if (!options.isDryRun && pruned.lastOffset > 0)
      await this.#search.forgetPruned().catch(() => {})
    return pruned
  }

  async close(): Promise<void> {
    await this.#search.close()
    try {
      await this.#lineage.note({ epoch: this.epoch, offset: await this.lastOffset() })
    } catch {
      // The database is away; the position noted before is a safeguard all the same.
    } finally {
      await this.#database.$disconnect()
    }
  }
}

interface AgeRow {
  id: bigint
  sender_id: bigint
  created_at: Date | string
  is_deleted: boolean | number | bigint
  size: bigint
}

interface QueueRow {
  id: bigint
  assignee: bigint | null
  waiting_since: Date | string | null
  newest: bigint | null
}

async function readPoint(database: RawQueries): Promise<HistoryPoint> {
  const [row] = await database.$queryRawUnsafe<{ epoch: string; last_offset: bigint }[]>(
    'SELECT epoch, last_offset FROM log',
  )
  return { epoch: row!.epoch, offset: Number(row!.last_offset) }
}
