import { type ChatKind, chatKey } from '../../protocol/chat.ts'
import type { Reader } from '../access-records.ts'
import {
  type ChatCursor,
  type ChatCursors,
  type ChatOfUser,
  MAX_CHATS,
  MAX_UNREAD,
  type MovedCursor,
} from '../conversation.ts'
import { Foremost } from '../foremost.ts'
import { nextTurn } from '../turns.ts'
import { type ChatDetails, ChatDetailsReader } from './chat-details.ts'
import { type Dialect, TABLES } from './dialect.ts'
import { query } from './json-rows.ts'
import { byKind, newestOffset } from './log-statements.ts'
import { createMayRead, readerValues } from './may-read.ts'
import { type PrismaDatabase, storageErrors, storing } from './prisma-database.ts'

/** Cursors that one statement looks at. */
const CURSOR_STEP = 250

/** Stands for the newest offset of a chat that is not the reader's own. */
const NOT_OWN = -1

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
type OwnChat = Omit<ChatOfUser, 'unread' | keyof ChatDetails>

/** The cursors in a database behind Prisma. */
export class PrismaChatCursors implements ChatCursors {
  readonly #database: PrismaDatabase
  readonly #dialect: Dialect
  readonly #statements: ReturnType<typeof createStatements>
  readonly #details: ChatDetailsReader

  constructor(database: PrismaDatabase, dialect: Dialect) {
    this.#database = database
    this.#dialect = dialect
    this.#statements = createStatements(dialect)
    this.#details = new ChatDetailsReader(database, dialect)
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

  async chatsOf(userId: number, reader?: Reader): Promise<ChatOfUser[]> {
    return storageErrors(async () => {
      const chats = await this.#newestChats(userId, reader)
      const unread = await this.#countUnread(userId, chats, reader !== undefined)
      const detailed = await this.#details.addTo(userId, chats)
      return detailed.map((chat) => ({
        ...chat,
        // Where nothing may be read yet, nothing is unread.
        unread:
          reader && chat.newest === 0 ? 0 : (unread.get(chatKey(chat.kind, chat.chatId)) ?? 0),
      }))
    })
  }

  /** The chats of a user that have the newest messages, of all that the user has. */
  async #newestChats(userId: number, reader?: Reader): Promise<readonly OwnChat[]> {
    const { chatsOf, chatsOfReader } = this.#statements
    const values = reader ? readerValues(reader, this.#dialect) : []
    const first = new Foremost<OwnChat>(MAX_CHATS, (a, b) => b.newest - a.newest)
    for (const kind of ['chat', 'support'] as const) {
      for (let after = 0, looked = CURSOR_STEP; looked === CURSOR_STEP; ) {
        if (after > 0) await nextTurn()
        const rows = await this.#database.$queryRawUnsafe<OwnRow[]>(
          (reader ? chatsOfReader : chatsOf)[kind],
          userId,
          after,
          first.bound?.newest ?? 0,
          ...values,
        )
        for (const row of rows)
          if (Number(row.newest) !== NOT_OWN) first.add(toOwnChat(row, { userId, kind }))
        const last = rows.at(-1)
        after = Number(last?.chat_id ?? 0)
        looked = Number(last?.looked ?? 0)
      }
    }
    return first.values
  }

  /** `chatKey` → the unread messages. */
  async #countUnread(
    userId: number,
    chats: readonly OwnChat[],
    isOfReader: boolean,
  ): Promise<Map<string, number>> {
    const { countUnread, countUnreadOfReader } = this.#statements
    const unread = new Map<string, number>()
    for (const kind of ['chat', 'support'] as const) {
      const ofKind = chats
        .filter((chat) => chat.kind === kind)
        .map(({ chatId, read }) => ({ chat_id: chatId, read }))
      for (let from = 0; from < ofKind.length; from += COUNT_STEP) {
        await nextTurn()
        const counts = await query<{ chat_id: bigint; unread: bigint }>(
          this.#database,
          (isOfReader ? countUnreadOfReader : countUnread)[kind],
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
  const mayRead = createMayRead(dialect, 4)
  const chatsWith = (kind: ChatKind, newest: string) => `
      WITH seen AS (SELECT c.chat_id AS chat_id, c.delivered AS delivered, c."read" AS "read",
          ${newest} AS newest
        FROM chat_cursors AS c
        WHERE c.user_id = ${p(1)} AND c.kind = '${kind}' AND c.chat_id > ${p(2)}
        ORDER BY c.chat_id LIMIT ${CURSOR_STEP})
      SELECT chat_id, delivered, "read", newest, (SELECT count(*) FROM seen) AS looked
      FROM seen WHERE newest >= ${p(3)} OR chat_id = (SELECT max(chat_id) FROM seen)
      ORDER BY chat_id`
  const unreadWith = (kind: ChatKind, more: string, columns: string) => {
    const { table, chatColumn } = TABLES[kind]
    return `
      SELECT n.chat_id AS chat_id, (SELECT count(*) FROM (SELECT u.sender_id,
            octet_length(u.content) > 0 OR u.file_type IS NOT NULL OR u.file_paths IS NOT NULL
              OR u.deleted_at IS NULL AS is_there${columns}
          FROM ${table} AS u WHERE u.${chatColumn} = n.chat_id AND u.id > n."read"
          ORDER BY u.id DESC LIMIT ${MAX_UNREAD}) AS newest
        WHERE newest.sender_id <> ${p(2)} AND newest.is_there ${more}) AS unread
      FROM ${rows({ chat_id: 'bigint', read: 'bigint' })}`
  }
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
    chatsOf: byKind((kind) => chatsWith(kind, `COALESCE(${newestOffset(kind, 'c.chat_id')}, 0)`)),
    /** The same for a reader, whose `readerValues` come last. */
    chatsOfReader: byKind((kind) =>
      chatsWith(
        kind,
        `CASE WHEN ${mayRead.chat(kind, 'c.chat_id')}
          THEN ${newestSeen(kind)} ELSE ${NOT_OWN} END`,
      ),
    ),
    /**
     * Counts unread messages: `{chat_id, read}` rows, then the user → as many rows. A deleted message
     * has nothing in it. What has is not asked when it was deleted, which SQLite would find only
     * behind all of a long content; how long something is it sees beforehand.
     */
    countUnread: byKind((kind) => unreadWith(kind, '', '')),
    /** The same without those that are hidden from the user. */
    countUnreadOfReader: byKind((kind) =>
      unreadWith(
        kind,
        `AND (newest.hidden_from IS NULL OR newest.hidden_from <> ${p(2)})`,
        ', u.hidden_from',
      ),
    ),
  }
}

/**
 * The offset of the newest message of the chat of a cursor `c` that is not hidden from its user; 0 where
 * that was before the user may read. Only one is looked at, as all others are older.
 */
function newestSeen(kind: ChatKind): string {
  const { table, chatColumn } = TABLES[kind]
  const newest = `(SELECT l."offset" FROM ${table} AS l WHERE l.${chatColumn} = c.chat_id
          AND (l.hidden_from IS NULL OR l.hidden_from <> c.user_id) ORDER BY l.id DESC LIMIT 1)`
  if (kind === 'support') return `COALESCE(${newest}, 0)`
  return `COALESCE((SELECT CASE WHEN w.at > COALESCE((SELECT r.joined_offset FROM members AS r
          JOIN chats AS k ON k.id = r.chat_id AND k.history = 'since_join'
          WHERE r.chat_id = c.chat_id AND r.user_id = c.user_id),
          (SELECT g.joined_offset FROM standings AS g
          JOIN chats AS k ON k.id = g.chat_id AND k.history = 'since_join'
          WHERE g.chat_id = c.chat_id AND g.user_id = c.user_id),
          (SELECT ${Number.MAX_SAFE_INTEGER} FROM chats AS k
          WHERE k.id = c.chat_id AND k.history = 'since_join'), 0) THEN w.at END
        FROM (SELECT ${newest} AS at) AS w), 0)`
}
