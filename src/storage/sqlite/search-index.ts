import { rmSync } from 'node:fs'
import Database from 'libsql'
import type { SearchQuery } from '../conversation.ts'
import { TABLES } from '../prisma/dialect.ts'
import { type EntryRow, toMessage } from '../prisma/entry-row.ts'
import { messageColumns } from '../prisma/log-statements.ts'
import { createMayRead, readerValues } from '../prisma/may-read.ts'
import { boundAfter } from '../prisma/read-bounds.ts'
import { foundIn } from '../search-text.ts'
import type { FoundMessage } from '../store.ts'
import { sqliteDialect } from './dialect.ts'
import { sqliteFileUrl } from './raw-connection.ts'
import { SEARCH_FILES } from './search-files.ts'

/** How long it waits for another process that indexes the same file. */
const BUSY_TIMEOUT_MS = 10_000

/** Offsets that are read into the index, and messages that are taken out of it, in one transaction. */
const STEP = 200
const FORGET_STEP = 50

/** The index, and which part of which history it has; `source` is the database that it is of. */
const CREATE = `
  CREATE VIRTUAL TABLE IF NOT EXISTS message_search
    USING fts5(content, chat, detail = column, columnsize = 0);
  INSERT INTO message_search (message_search, rank) VALUES ('secure-delete', 1);
  CREATE TABLE IF NOT EXISTS search_position
    (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, "offset" INTEGER NOT NULL);
  INSERT INTO search_position SELECT 1, epoch, 0 FROM source.log WHERE true ON CONFLICT DO NOTHING;`

/** Where the index and the log stand, and whether they are of one history. */
const PLACE = `
  SELECT p."offset" AS position, l.last_offset AS last_offset,
    p.epoch = l.epoch AND p."offset" <= l.last_offset AS is_continued
  FROM search_position AS p, source.log AS l`

/** The first offset that is still in the log, or the next one. */
const FIRST = `COALESCE((SELECT min(first) FROM (${['messages', 'support_messages', 'log_events']
  .map((table) => `SELECT min("offset") AS first FROM source.${table}`)
  .join(' UNION ALL ')})), (SELECT last_offset + 1 FROM source.log))`

/** Takes out of the index what the log has no more, of some offsets. */
const FORGET = `DELETE FROM message_search WHERE rowid IN (SELECT rowid FROM message_search
  WHERE rowid < ${FIRST} ORDER BY rowid LIMIT ${FORGET_STEP})`

/** Where a step ends that begins above ?1 and has ?2 offsets at most; null where nothing is left. */
const LAST = `WITH ${boundAfter({ after: '?1', limit: '?2' })} SELECT last FROM bound`

const insertWhere = (kind: 'chat' | 'support', where: string) => `
  INSERT INTO message_search (rowid, content, chat)
  SELECT "offset", content, '${kind}' || ${TABLES[kind].chatColumn} FROM ${TABLES[kind].table}
  WHERE ${where} AND deleted_at IS NULL`

/** The messages that edits and deletions of these offsets are about. */
const changed = (kind: 'chat' | 'support') => `
  SELECT m."offset" FROM log_events AS e JOIN ${TABLES[kind].table} AS m ON m.id = e.message_id
  WHERE e.kind = '${kind}' AND e.type IN ('edit', 'deletion')
    AND e."offset" > ?1 AND e."offset" <= ?2`

/** They bring the index from above ?1 up to ?2. */
const STEPS = (['chat', 'support'] as const).flatMap((kind) => [
  insertWhere(kind, '"offset" > ?1 AND "offset" <= ?2'),
  `DELETE FROM message_search WHERE rowid IN (${changed(kind)})`,
  insertWhere(kind, `"offset" IN (${changed(kind)})`),
])

const mayRead = createMayRead(sqliteDialect, 4)

const isVisible = (kind: 'chat' | 'support', isOfReader: boolean) => `
  EXISTS (SELECT 1 FROM ${TABLES[kind].table} AS m WHERE m."offset" = at AND m.deleted_at IS NULL
    ${isOfReader ? `AND ${mayRead.message(kind, 'm')}` : ''})`

const found = (kind: 'chat' | 'support') => `
  SELECT ${messageColumns(kind)} FROM found JOIN ${TABLES[kind].table} AS m ON m."offset" = found.at`

/** The newest messages that match ?1 below ?2, ?3 at most; looked for from the newest on until these are found. */
const find = (isOfReader: boolean) => `
  WITH found AS (SELECT at FROM (SELECT rowid AS at FROM message_search
      WHERE message_search MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC)
    WHERE ${isVisible('chat', isOfReader)} OR ${isVisible('support', isOfReader)} LIMIT ?3)
  ${found('chat')} UNION ALL ${found('support')} ORDER BY "offset" DESC`

/**
 * The full-text index of the messages in an SQLite file, in a file beside it that may be removed: it is
 * made again from the log. It blocks whoever calls it for as long as it takes, which has no bound.
 */
export class SearchIndex {
  readonly #database: Database.Database

  private constructor(database: Database.Database) {
    this.#database = database
  }

  /** Opens the index of the file at `path`, anew where it is damaged or of another history. */
  static open(path: string): SearchIndex {
    try {
      return SearchIndex.#open(path)
    } catch (error) {
      if (!isDamaged(error)) throw error
      for (const ending of SEARCH_FILES) rmSync(path + ending, { force: true })
      return SearchIndex.#open(path)
    }
  }

  /** Its file has to be there, as SQLite would make one that others may read. */
  static #open(path: string): SearchIndex {
    const database = new Database(`${path}-search`)
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;`)
      // Read-only, so that it neither makes a file, nor takes a lock, nor changes anything.
      database.prepare('ATTACH ? AS source').run(`${sqliteFileUrl(path)}?mode=ro`)
      const index = new SearchIndex(database)
      index.#inTransaction(() => index.#begin())
      return index
    } catch (error) {
      database.close()
      throw error
    }
  }

  /** The newest offset in the log. */
  lastOffset(): number {
    return Number(this.#row('SELECT last_offset AS at FROM source.log')!.at)
  }

  /** Takes some of what was pruned out of the index; true when that was all. */
  forget(): boolean {
    return this.#inTransaction(() => this.#run(FORGET) < FORGET_STEP)
  }

  /** Reads some of the log into the index; returns the offset up to which it has all. */
  step(): number {
    return this.#inTransaction(() => {
      const { position, last_offset: lastOffset } = this.#row(PLACE)!
      if (lastOffset === position) return Number(position)
      const last = this.#row(LAST, position, STEP)?.last ?? lastOffset
      for (const statement of STEPS) this.#run(statement, position, last)
      this.#run('UPDATE search_position SET "offset" = ?1', last)
      return Number(last)
    })
  }

  /** The messages in which each of `words`, in lower case, begins a word; newest first. */
  find(words: readonly string[], { chat, before, limit, reader }: SearchQuery): FoundMessage[] {
    const terms = words.map((word) => `"${word}" *`).join(' AND ')
    const ofChat = chat ? ` AND chat : "${chat.kind}${chat.id}"` : ''
    const values = [`content : (${terms})${ofChat}`, before ?? Number.MAX_SAFE_INTEGER, limit]
    const rows = this.#database
      .prepare(find(reader !== undefined))
      .all(...values, ...(reader ? readerValues(reader, sqliteDialect) : []))
    return rows.map((row) => foundIn(toMessage(row as EntryRow), words))
  }

  /** Closes it so that its file alone is all of it, where no other process has it open. */
  close(): void {
    try {
      this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE')
    } catch {
      // The next who opens it reads on from the write-ahead log.
    } finally {
      this.#database.close()
    }
  }

  #begin(): void {
    this.#database.exec(CREATE)
    if (this.#row(PLACE)!.is_continued) return
    this.#database.exec(`DROP TABLE message_search; DROP TABLE search_position; ${CREATE}`)
  }

  #inTransaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #row(sql: string, ...values: unknown[]): Record<string, number | null> | undefined {
    // To its end: one that is left before goes on reading what was there when it began.
    const rows = this.#database.prepare(sql).all(...values)
    return rows[0] as Record<string, number | null> | undefined
  }

  #run(sql: string, ...values: unknown[]): number {
    return this.#database.prepare(sql).run(...values).changes
  }
}

/** Whether a file is damaged, or no database at all. */
function isDamaged(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(String((error as { code?: string }).code))
}
