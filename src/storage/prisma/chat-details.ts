import { type ChatKind, chatKey } from '../../protocol/chat.ts'
import type { ChatCursor, ChatOfUser } from '../conversation.ts'
import { nextTurn } from '../turns.ts'
import { membershipValue, toMembership } from './access-rows.ts'
import type { Dialect } from './dialect.ts'
import { query } from './json-rows.ts'
import { byKind } from './log-statements.ts'
import type { RawQueries } from './prisma-database.ts'

/** Mentions that are counted: entries of an index. */
const MAX_MENTIONS = 1_000

/** Chats that one statement looks at. */
const STEP = 32

/** What a user has of a chat beside a cursor. */
export type ChatDetails = Pick<ChatOfUser, 'mentions' | 'notify' | 'membership'>

const NONE: ChatDetails = { mentions: 0, notify: 'all', membership: undefined }

interface DetailsRow {
  chat_id: bigint
  mentions: bigint
  notify: ChatOfUser['notify'] | null
  membership: string | null
}

/** Reads what users have of chats beside cursors, in steps. */
export class ChatDetailsReader {
  readonly #database: RawQueries
  readonly #statements: Readonly<Record<ChatKind, string>>

  constructor(database: RawQueries, dialect: Dialect) {
    this.#database = database
    this.#statements = createStatements(dialect)
  }

  /** The same chats with their details; all are of one user. */
  async addTo<Chat extends ChatCursor>(
    userId: number,
    chats: readonly Chat[],
  ): Promise<(Chat & ChatDetails)[]> {
    const details = new Map<string, ChatDetails>()
    for (const kind of ['chat', 'support'] as const) {
      const rows = chats
        .filter((chat) => chat.kind === kind)
        .map(({ chatId, read }) => ({ chat_id: chatId, read }))
      for (let from = 0; from < rows.length; from += STEP) {
        if (from > 0) await nextTurn()
        const step = rows.slice(from, from + STEP)
        const sql = this.#statements[kind]
        for (const row of await query<DetailsRow>(this.#database, sql, step, userId))
          details.set(chatKey(kind, Number(row.chat_id)), toDetails(row))
      }
    }
    return chats.map((chat) => ({
      ...chat,
      ...(details.get(chatKey(chat.kind, chat.chatId)) ?? NONE),
    }))
  }
}

function toDetails(row: DetailsRow): ChatDetails {
  return {
    mentions: Number(row.mentions),
    notify: row.notify ?? 'all',
    membership: row.membership === null ? undefined : toMembership(row.membership),
  }
}

/** `{chat_id, read}` rows, then the user → details. */
function createStatements(dialect: Dialect) {
  const { parameter: p, rows } = dialect
  const membership = `(SELECT ${membershipValue(dialect)} FROM members AS m
        JOIN chats AS c ON c.id = m.chat_id WHERE m.chat_id = n.chat_id AND m.user_id = ${p(2)})`
  return byKind(
    (kind) => `SELECT n.chat_id AS chat_id, (SELECT count(*) FROM (SELECT 1 FROM mentions AS q
        WHERE q.user_id = ${p(2)} AND q.kind = '${kind}' AND q.chat_id = n.chat_id
          AND q.message_id > n."read" LIMIT ${MAX_MENTIONS}) AS counted) AS mentions,
      (SELECT w.notify FROM chat_settings AS w WHERE w.user_id = ${p(2)}
        AND w.kind = '${kind}' AND w.chat_id = n.chat_id) AS notify,
      ${kind === 'chat' ? membership : 'NULL'} AS membership
    FROM ${rows({ chat_id: 'bigint', read: 'bigint' })}`,
  )
}
