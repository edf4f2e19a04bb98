import type { ChatKind } from '../../protocol/chat.ts'
import type { ChatCursor, ChatCursors, ChatOfUser } from '../conversation.ts'
import { type Dialect, TABLES } from './dialect.ts'
import { type EntryRow, toMessage } from './entry-row.ts'
import { messageColumns } from './log-statements.ts'
import { type PrismaDatabase, storageErrors, storing } from './prisma-database.ts'

const MAX_CHATS = 1_000
const MAX_UNREAD = 1_000

interface CursorRow {
  user_id: bigint
  kind: ChatKind
  chat_id: bigint
  delivered: bigint
  read: bigint
}

type ChatRow = Partial<EntryRow> & CursorRow & { unread: bigint; own_chat_id: bigint }

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
      if (ofKind.length === 0) continue
      const rows = await storing(() =>
        this.#database.$queryRawUnsafe<CursorRow[]>(
          this.#statements.advance[kind],
          JSON.stringify(ofKind),
        ),
      )
      moved.push(...rows.map(toCursor))
    }
    return moved
  }

  async movedSince(offset: number, limit: number): Promise<ChatCursor[]> {
    const rows = await storageErrors(() =>
      this.#database.$queryRawUnsafe<CursorRow[]>(this.#statements.movedSince, offset, limit),
    )
    return rows.map(toCursor).reverse()
  }

  async chatsOf(userId: number): Promise<ChatOfUser[]> {
    const chats: ChatOfUser[] = []
    for (const kind of ['chat', 'support'] as const) {
      const rows = await storageErrors(() =>
        this.#database.$queryRawUnsafe<ChatRow[]>(this.#statements.chatsOf[kind], userId),
      )
      for (const row of rows)
        chats.push({
          userId,
          kind,
          chatId: Number(row.own_chat_id),
          delivered: Number(row.delivered),
          read: Number(row.read),
          unread: Number(row.unread),
          lastMessage: row.id === null ? undefined : toMessage(row as EntryRow),
        })
    }
    const newest = (chat: ChatOfUser) => chat.lastMessage?.offset ?? 0
    return chats.sort((a, b) => newest(b) - newest(a)).slice(0, MAX_CHATS)
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
  const { greater, lesser } = dialect
  const rows = dialect.rows({
    user_id: 'bigint',
    chat_id: 'bigint',
    delivered: 'bigint',
    read: 'bigint',
  })
  const byKind = (statement: (kind: ChatKind) => string) => ({
    chat: statement('chat'),
    support: statement('support'),
  })
  return {
    advance: byKind((kind) => {
      const { table, chatColumn } = TABLES[kind]
      const newest = `COALESCE((SELECT max(m.id) FROM ${table} AS m WHERE m.${chatColumn} = n.chat_id), 0)`
      return `
      INSERT INTO chat_cursors (user_id, kind, chat_id, delivered, "read", "offset")
      SELECT n.user_id, '${kind}', n.chat_id, ${lesser('n.delivered', newest)},
        ${lesser('n."read"', newest)}, (SELECT last_offset FROM log WHERE id = 1)
      FROM ${rows} WHERE true
      ON CONFLICT (user_id, kind, chat_id) DO UPDATE SET
        delivered = ${greater('chat_cursors.delivered', 'excluded.delivered')},
        "read" = ${greater('chat_cursors."read"', 'excluded."read"')},
        "offset" = excluded."offset"
      WHERE excluded.delivered > chat_cursors.delivered OR excluded."read" > chat_cursors."read"
      RETURNING user_id, kind, chat_id, delivered, "read"`
    }),
    movedSince: `SELECT user_id, kind, chat_id, delivered, "read" FROM chat_cursors
      WHERE "offset" >= ${p(1)} AND delivered > 0 ORDER BY "offset" DESC LIMIT ${p(2)}`,
    chatsOf: byKind((kind) => {
      const { table, chatColumn } = TABLES[kind]
      return `
      SELECT ${messageColumns(kind)}, c.chat_id AS own_chat_id, c.delivered AS delivered,
        c."read" AS "read", (SELECT count(*) FROM (SELECT 1 FROM ${table} AS u
          WHERE u.${chatColumn} = c.chat_id AND u.id > c."read" AND u.sender_id <> c.user_id
            AND u.deleted_at IS NULL LIMIT ${MAX_UNREAD}) AS counted) AS unread
      FROM chat_cursors AS c LEFT JOIN ${table} AS m
        ON m.id = (SELECT max(l.id) FROM ${table} AS l WHERE l.${chatColumn} = c.chat_id)
      WHERE c.user_id = ${p(1)} AND c.kind = '${kind}'
      ORDER BY COALESCE(m.id, 0) DESC LIMIT ${MAX_CHATS}`
    }),
  }
}
