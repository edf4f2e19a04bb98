import { setTimeout as sleep } from 'node:timers/promises'
import type { Reader } from '../access-records.ts'
import type { SearchQuery } from '../conversation.ts'
import type { MessageEntry } from '../entries.ts'
import { TABLES } from '../prisma/dialect.ts'
import { type EntryRow, toMessage } from '../prisma/entry-row.ts'
import { messageColumns } from '../prisma/log-statements.ts'
import { createMayRead, readerValues } from '../prisma/may-read.ts'
import type { MessageSearch } from '../prisma/message-search.ts'
import {
  inTransaction,
  type PrismaDatabase,
  storageErrors,
  storing,
} from '../prisma/prisma-database.ts'
import { boundAfter } from '../prisma/read-bounds.ts'
import { nextTurn } from '../turns.ts'
import { sqliteDialect } from './dialect.ts'

/** Offsets that are read into the index at once: few enough to hold the event loop only briefly. */
const STEP = 200

/** Where a step ends that begins above ?1 and has ?2 offsets at most; null where nothing is left. */
const LAST = `WITH ${boundAfter({ after: '?1', limit: '?2' })} SELECT last FROM bound`

/** How long the log has to rest before it is read into the index without being asked for. */
const REST_MS = 500

/** What was stored, and is not deleted, of some offsets: from above ?1 up to ?2. */
const insertMessages = (kind: 'chat' | 'support') => `
  INSERT INTO message_search (rowid, content, chat)
  SELECT "offset", content, '${kind}' || ${TABLES[kind].chatColumn} FROM ${TABLES[kind].table}
  WHERE "offset" > ?1 AND "offset" <= ?2 AND deleted_at IS NULL`

/** The messages that edits and deletions of these offsets are about. */
const changed = (kind: 'chat' | 'support') => `
  SELECT m."offset" FROM log_events AS e JOIN ${TABLES[kind].table} AS m ON m.id = e.message_id
  WHERE e.kind = '${kind}' AND e.type IN ('edit', 'deletion')
    AND e."offset" > ?1 AND e."offset" <= ?2`

const STEPS = (['chat', 'support'] as const).flatMap((kind) => [
  insertMessages(kind),
  `DELETE FROM message_search WHERE rowid IN (${changed(kind)})`,
  `INSERT INTO message_search (rowid, content, chat)
    SELECT "offset", content, '${kind}' || ${TABLES[kind].chatColumn} FROM ${TABLES[kind].table}
    WHERE "offset" IN (${changed(kind)}) AND deleted_at IS NULL`,
])

const found = (kind: 'chat' | 'support', where = '') => `
  SELECT ${messageColumns(kind)} FROM found JOIN ${TABLES[kind].table} AS m
    ON m."offset" = found.at ${where}`

/** Messages with the words that are looked at before others have a turn, to find what one may read. */
const READER_STEP = 500

const FIND = `
  WITH found AS (SELECT rowid AS at FROM message_search
    WHERE message_search MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC LIMIT ?3)
  ${found('chat')} UNION ALL ${found('support')} ORDER BY "offset" DESC`

interface Wanted {
  /** As the index understands it. */
  readonly match: string
  readonly before: number
  readonly limit: number
}

const mayRead = createMayRead(sqliteDialect, 4)

/** The last of the next messages with the words, and how many these are. */
const LOOK = `
  SELECT min(at) AS last, count(*) AS looked FROM (SELECT rowid AS at FROM message_search
    WHERE message_search MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC LIMIT ${READER_STEP})`

/** What a reader may read of them, from the last on. */
const FIND_OF_READER = `
  WITH found AS (SELECT rowid AS at FROM message_search
    WHERE message_search MATCH ?1 AND rowid < ?2 AND rowid >= ?8)
  ${found('chat', `WHERE ${mayRead.message('chat', 'm')}`)}
  UNION ALL ${found('support', `WHERE ${mayRead.message('support', 'm')}`)}
  ORDER BY "offset" DESC LIMIT ?3`

/**
 * Full-text search in SQLite. The index is a reader of the log: it follows when the log rests, and
 * to its end before anything is searched for, so that storing messages costs no more than before.
 */
export class SqliteSearch implements MessageSearch {
  readonly removeUpTo = 'DELETE FROM message_search WHERE rowid <= ?1'
  readonly #database: PrismaDatabase
  /** Resolves once the index has reached the log's end; undefined while nobody reads. */
  #reading: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(database: PrismaDatabase) {
    this.#database = database
  }

  async find(words: readonly string[], { chat, before, limit, reader }: SearchQuery) {
    await storing(() => this.catchUp())
    const terms = words.map((word) => `"${word}" *`).join(' AND ')
    const ofChat = chat ? ` AND chat : "${chat.kind}${chat.id}"` : ''
    const wanted = {
      match: `content : (${terms})${ofChat}`,
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit,
    }
    const rows = await storageErrors(() =>
      reader
        ? this.#findOfReader(reader, wanted)
        : this.#database.$queryRawUnsafe<EntryRow[]>(FIND, wanted.match, wanted.before, limit),
    )
    return rows.map(toMessage) satisfies MessageEntry[]
  }

  /** However much others have written with these words, it is looked at in steps. */
  async #findOfReader(reader: Reader, { match, before, limit }: Wanted): Promise<EntryRow[]> {
    const values = readerValues(reader, sqliteDialect)
    const rows: EntryRow[] = []
    for (let from = before; ; ) {
      const [step] = await this.#database.$queryRawUnsafe<
        { last: bigint | null; looked: bigint }[]
      >(LOOK, match, from)
      if (step!.last === null) return rows
      const last = Number(step!.last)
      const more = await this.#database.$queryRawUnsafe<EntryRow[]>(
        FIND_OF_READER,
        ...[match, from, limit - rows.length, ...values, last],
      )
      rows.push(...more)
      if (rows.length === limit || Number(step!.looked) < READER_STEP) return rows
      from = last
      await nextTurn()
    }
  }

  noteGrowth(): void {
    if (this.#timer) this.#timer.refresh()
    else this.#timer = setTimeout(() => this.#readAtRest(), REST_MS).unref()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#reading?.catch(() => {})
  }

  #readAtRest(): void {
    // Whoever searches will try again, and be told.
    if (!this.#isClosed) this.catchUp().catch(() => {})
  }

  catchUp(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readOn(): Promise<void> {
    while (!this.#isClosed) {
      const startMs = performance.now()
      const isAtEnd = await this.#step()
      if (isAtEnd) return
      // SQLite answers within microtasks: others get as much time as this has taken.
      await nextTurn()
      await sleep(performance.now() - startMs)
    }
  }

  /** Reads some of the log into the index; true when that was all. */
  #step(): Promise<boolean> {
    return inTransaction(this.#database, async (tx) => {
      const [row] = await tx.$queryRawUnsafe<{ position: bigint; last_offset: bigint }[]>(
        `SELECT (SELECT "offset" FROM search_position WHERE id = 1) AS position, last_offset FROM log`,
      )
      const position = Number(row!.position)
      const lastOffset = Number(row!.last_offset)
      if (lastOffset <= position) return true
      const [step] = await tx.$queryRawUnsafe<{ last: bigint | null }[]>(LAST, position, STEP)
      const until = Number(step!.last ?? lastOffset)
      for (const statement of STEPS) await tx.$executeRawUnsafe(statement, position, until)
      await tx.$executeRawUnsafe('UPDATE search_position SET "offset" = ?1 WHERE id = 1', until)
      return until === lastOffset
    })
  }
}
