import type { SearchQuery } from '../conversation.ts'
import { TABLES } from '../prisma/dialect.ts'
import { type EntryRow, toMessage } from '../prisma/entry-row.ts'
import { messageColumns } from '../prisma/log-statements.ts'
import { createMayRead, readerValues } from '../prisma/may-read.ts'
import type { MessageSearch } from '../prisma/message-search.ts'
import { type PrismaDatabase, storageErrors } from '../prisma/prisma-database.ts'
import { foundIn } from '../search-text.ts'
import type { FoundMessage } from '../store.ts'
import { nextTurn } from '../turns.ts'
import { postgresqlDialect } from './dialect.ts'

const KINDS = ['chat', 'support'] as const

const mayRead = createMayRead(postgresqlDialect, 5)

const found = (kind: (typeof KINDS)[number], isOfReader: boolean) => `
  (SELECT ${messageColumns(kind)} FROM ${TABLES[kind].table} AS m
  WHERE to_tsvector('simple', m.content) @@ to_tsquery('simple', $1) AND m."offset" < $2
    AND ($4::bigint IS NULL OR m.${TABLES[kind].chatColumn} = $4::bigint)
    ${isOfReader ? `AND ${mayRead.message(kind, 'm')}` : ''}
  ORDER BY m."offset" DESC LIMIT $3)`

/** Full-text search in PostgreSQL, whose index is a part of the tables. */
export class PostgresqlSearch implements MessageSearch {
  readonly #database: PrismaDatabase

  constructor(database: PrismaDatabase) {
    this.#database = database
  }

  async find(words: readonly string[], { chat, before, limit, reader }: SearchQuery) {
    const kinds = chat ? [chat.kind] : KINDS
    const parts = kinds.map((kind) => found(kind, reader !== undefined))
    const rows = await storageErrors(() =>
      this.#database.$queryRawUnsafe<EntryRow[]>(
        `SELECT * FROM (${parts.join(' UNION ALL ')}) AS found
          ORDER BY "offset" DESC LIMIT $3`,
        words.map((word) => `${word}:*`).join(' & '),
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
        chat?.id ?? null,
        ...(reader ? readerValues(reader, postgresqlDialect) : []),
      ),
    )
    const messages: FoundMessage[] = []
    for (const row of rows) {
      messages.push(foundIn(toMessage(row), words))
      // A long message in which the words stand at the end takes milliseconds.
      await nextTurn()
    }
    return messages
  }

  async catchUp(): Promise<void> {}

  async forgetPruned(): Promise<void> {}

  noteGrowth(): void {}

  async close(): Promise<void> {}
}
