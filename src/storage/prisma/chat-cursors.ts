import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ChatKind, chatKey } from '../../protocol/chat.ts'
import {
  type ChatCursor,
  type ChatCursors,
  type ChatOfUser,
  MAX_CHATS,
  MAX_UNREAD,
  type MovedCursor,
} from '../conversation.ts'
import { Foremost } from '../foremost.ts'
import { type Dialect, TABLES } from './dialect.ts'
import { query } from './json-rows.ts'
import { newestOffset } from './log-statements.ts'
import { type PrismaDatabase, storageErrors, storing } from './prisma-database.ts'

/** Cursors that one statement looks at. */
const CURSOR_STEP = 250

/** Chats whose unread messages one statement counts: it looks at up to `MAX_UNREAD` of each. */
const COUNT_STEP = 3

interface CursorRow {
  user_id: bigint
  kind: ChatKind
  chat_id: bigint
  delivered: bigint
  read: bigint
}

type MovedRow = CursorRow & { offset: bigint }
type OwnRow = Omit<CursorRow, 'user_id' | 'kind'> & { newest: bigint; looked: bigint }
type OwnChat = Omit<ChatOfUser, 'unread'>

/** The cursors in a database behind Prisma. */
export class PrismaChatCursors implements ChatCursors {
  readonly #database: PrismaDatabase
  readonly #statements: ReturnType<typeof createStatements>

  constructor(database: PrismaDatabase, dialect: Dialect) {
    this.#database = database
    this.#statements = createStatements(dialect)
  }

  async advance(cursors: readonly ChatCursor[]): Promise<ChatCursor[]> {
    const moved: ChatCursor[] = []
    for (const kind of ['chat', 'support'] as const) {
      const ofKind = cursors
        .filter((cursor) => cursor.kind === kind)
        .map(({ userId, chatId, delivered, read }) => ({
          ...{ user_id: userId, chat_id: chatId, delivered, read },
        }))
      const rows = await storing(() =>
        query<CursorRow>(this.#database, this.#statements.advance[kind], ofKind),
      )
      moved.push(...rows.map(toCursor))
    }
    return moved
  }

  async movedSince(offset: number, limit: number): Promise<MovedCursor[]> {
    const rows = await storageErrors(() =>
      this.#database.$queryRawUnsafe<MovedRow[]>(this.#statements.movedSince, offset, limit),
    )
    return rows.map((row) => ({ ...toCursor(row), offset: Number(row.offset) })).reverse()
  }

  async chatsOf(userId: number): Promise<ChatOfUser[]> {
    return storageErrors(async () => {
      const chats = await this.#newestChats(userId)
      const unread = await this.#countUnread(userId, chats)
      return chats.map((chat) => ({
        ...chat,
        unread: unread.get(chatKey(chat.kind, chat.chatId)) ?? 0,
      }))
    })
  }

  /** The chats of a user that have the newest messages, of all that the user has. */
  async #newestChats(userId: number): Promise<readonly OwnChat[]> {
    const first = new Foremost<OwnChat>(MAX_CHATS, (a, b) => b.newest - a.newest)
    for (const kind of ['chat', 'support'] as const) {
      for (let after = 0, looked = CURSOR_STEP; looked === CURSOR_STEP; ) {
        if (after > 0) await nextTurn()
        const rows = await this.#database.$queryRawUnsafe<OwnRow[]>(
          this.#statements.chatsOf[kind],
          userId,
          after,
          first.bound?.newest ?? 0,
        )
        for (const row of rows) first.add(toOwnChat(row, { userId, kind }))
        const last = rows.at(-1)
        after = Number(last?.chat_id ?? 0)
        looked = Number(last?.looked ?? 0)
      }
    }
    return first.values
  }

  /** `chatKey` → the unread messages. */
  async #countUnread(userId: number, chats: readonly OwnChat[]): Promise<Map<string, number>> {
    const unread = new Map<string, number>()
    for (const kind of ['chat', 'support'] as const) {
      const ofKind = chats
        .filter((chat) => chat.kind === kind)
        .map(({ chatId, read }) => ({ chat_id: chatId, read }))
      for (let from = 0; from < ofKind.length; from += COUNT_STEP) {
        await nextTurn()
        const counts = await query<{ chat_id: bigint; unread: bigint }>(
          this.#database,
          this.#statements.countUnread[kind],
          ofKind.slice(from, from + COUNT_STEP),
          userId,
        )
        for (const row of counts) unread.set(chatKey(kind, Number(row.chat_id)), Number(row.unread))
      }
    }
    return unread
  }
}

function toOwnChat(row: OwnRow, { userId, kind }: { userId: number; kind: ChatKind }): OwnChat {
  return {
    ...{ userId, kind, chatId: Number(row.chat_id), newest: Number(row.newest) },
    ...{ delivered: Number(row.delivered), read: Number(row.read) },
  }
}

function toCursor(row: CursorRow): ChatCursor {
  return {
    userId: Number(row.user_id),
    kind: row.kind,
    chatId: Number(row.chat_id),
    delivered: Number(row.delivered),
    read: Number(row.read),
  }
}

function createStatements(dialect: Dialect) {
  const p = dialect.parameter
  const { greater, lesser, rows } = dialect
  const moves = rows({ user_id: 'bigint', chat_id: 'bigint', delivered: 'bigint', read: 'bigint' })
  const byKind = (statement: (kind: ChatKind) => string) => ({
    chat: statement('chat'),
    support: statement('support'),
  })
  return {
    /** Moves cursors: rows of a user, a chat, `delivered` and `read` → those that moved. */
    advance: byKind((kind) => {
      const { table, chatColumn } = TABLES[kind]
      return `
      INSERT INTO chat_cursors (user_id, kind, chat_id, delivered, "read", "offset")
      SELECT n.user_id, '${kind}', n.chat_id, ${lesser('n.delivered', 'n.newest')},
        ${lesser('n."read"', 'n.newest')}, (SELECT last_offset FROM log WHERE id = 1)
      FROM (SELECT n.user_id, n.chat_id, n.delivered, n."read",
          (SELECT max(m.id) FROM ${table} AS m WHERE m.${chatColumn} = n.chat_id) AS newest
        FROM ${moves}) AS n WHERE n.newest IS NOT NULL
      ON CONFLICT (user_id, kind, chat_id) DO UPDATE SET
        delivered = ${greater('chat_cursors.delivered', 'excluded.delivered')},
        "read" = ${greater('chat_cursors."read"', 'excluded."read"')},
        "offset" = excluded."offset"
      WHERE excluded.delivered > chat_cursors.delivered OR excluded."read" > chat_cursors."read"
      RETURNING user_id, kind, chat_id, delivered, "read"`
    }),
    movedSince: `SELECT user_id, kind, chat_id, delivered, "read", "offset" FROM chat_cursors
      WHERE "offset" >= ${p(1)} AND delivered > 0 ORDER BY "offset" DESC LIMIT ${p(2)}`,
    /**
     * Looks at cursors of a user, from above a chat on: user, chat and an offset → those of chats
     * whose newest message is not older, and the last that was looked at; how many that were.
     */
    chatsOf: byKind(
      (kind) => `
      WITH seen AS (SELECT c.chat_id AS chat_id, c.delivered AS delivered, c."read" AS "read",
          COALESCE(${newestOffset(kind, 'c.chat_id')}, 0) AS newest
        FROM chat_cursors AS c
        WHERE c.user_id = ${p(1)} AND c.kind = '${kind}' AND c.chat_id > ${p(2)}
        ORDER BY c.chat_id LIMIT ${CURSOR_STEP})
      SELECT chat_id, delivered, "read", newest, (SELECT count(*) FROM seen) AS looked
      FROM seen WHERE newest >= ${p(3)} OR chat_id = (SELECT max(chat_id) FROM seen)
      ORDER BY chat_id`,
    ),
    /**
     * Counts unread messages: `{chat_id, read}` rows, then the user → as many rows. A deleted message
     * has nothing in it. What has is not asked when it was deleted, which SQLite would find only
     * behind all of a long content; how long something is it sees beforehand.
     */
    countUnread: byKind((kind) => {
      const { table, chatColumn } = TABLES[kind]
      return `
      SELECT n.chat_id AS chat_id, (SELECT count(*) FROM (SELECT u.sender_id,
            octet_length(u.content) > 0 OR u.file_type IS NOT NULL OR u.file_paths IS NOT NULL
              OR u.deleted_at IS NULL AS is_there
          FROM ${table} AS u WHERE u.${chatColumn} = n.chat_id AND u.id > n."read"
          ORDER BY u.id DESC LIMIT ${MAX_UNREAD}) AS newest
        WHERE newest.sender_id <> ${p(2)} AND newest.is_there) AS unread
      FROM ${rows({ chat_id: 'bigint', read: 'bigint' })}`
    }),
  }
}
