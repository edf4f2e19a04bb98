import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { SearchQuery } from '../conversation.ts'
import type { MessageEntry } from '../entries.ts'
import { TABLES } from '../prisma/dialect.ts'
import { type EntryRow, toMessage } from '../prisma/entry-row.ts'
import { messageColumns } from '../prisma/log-statements.ts'
import type { MessageSearch } from '../prisma/message-search.ts'
import {
  inTransaction,
  type PrismaDatabase,
  storageErrors,
  storing,
} from '../prisma/prisma-database.ts'
import { boundAfter } from '../prisma/read-bounds.ts'

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

const found = (kind: 'chat' | 'support') => `
  SELECT ${messageColumns(kind)} FROM found JOIN ${TABLES[kind].table} AS m ON m."offset" = found.at`

const FIND = `
  WITH found AS (SELECT rowid AS at FROM message_search
    WHERE message_search MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC LIMIT ?3)
  ${found('chat')} UNION ALL ${found('support')} ORDER BY "offset" DESC`

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

  async find(words: readonly string[], { chat, before, limit }: SearchQuery) {
    await storing(() => this.#catchUp())
    const terms = words.map((word) => `"${word}" *`).join(' AND ')
    const ofChat = chat ? ` AND chat : "${chat.kind}${chat.id}"` : ''
    const rows = await storageErrors(() =>
      this.#database.$queryRawUnsafe<EntryRow[]>(
        FIND,
        `content : (${terms})${ofChat}`,
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      ),
    )
    return rows.map(toMessage) satisfies MessageEntry[]
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
    if (!this.#isClosed) this.#catchUp().catch(() => {})
  }

  #catchUp(): Promise<void> {
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
