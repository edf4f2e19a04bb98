import {
  BAN_COLUMNS,
  CHAT_COLUMNS,
  MEMBER_COLUMNS,
  REPORT_COLUMNS,
  STANDING_COLUMNS,
} from './access-rows.ts'
import type { Dialect } from './dialect.ts'

/** The chats of a user that are told of a change of the user's name. */
const MAX_TOLD_CHATS = 1_000

/** Owners of a chat that are counted. */
const MAX_OWNERS = 1_000

/** Chats that others have numbered, in open mode or by tokens, are below this, or not to be met. */
const MAX_FOREIGN_CHAT = 2 ** 52

/** What a batch depends on beside messages: each over JSON rows, and answered with rows by key. */
export type KnownAccessStatements = ReturnType<typeof createKnownAccessStatements>

export function createKnownAccessStatements({ rows, time }: Dialect) {
  const places = rows({ chat_id: 'bigint', user_id: 'bigint' })
  const ids = rows({ id: 'bigint' })
  const messages = rows({ kind: 'text', message_id: 'bigint' })
  return {
    /** The chats of places, each with the member where the user is one, and what holds of who is none. */
    places: `SELECT ${CHAT_COLUMNS}, n.user_id AS user_id, ${MEMBER_COLUMNS}, ${STANDING_COLUMNS}
      FROM ${places} JOIN chats AS c ON c.id = n.chat_id
      LEFT JOIN members AS m ON m.chat_id = n.chat_id AND m.user_id = n.user_id
      LEFT JOIN standings AS s ON s.chat_id = n.chat_id AND s.user_id = n.user_id`,
    directs: `SELECT c.id AS chat_id, c.direct AS direct
      FROM ${rows({ direct: 'text' })} JOIN chats AS c ON c.direct = n.direct`,
    ownerCounts: `SELECT n.id AS id, (SELECT count(*) FROM (SELECT 1 FROM members AS m
        WHERE m.chat_id = n.id AND m.role = 'owner' LIMIT ${MAX_OWNERS}) AS counted) AS count
      FROM ${ids}`,
    bans: `SELECT ${BAN_COLUMNS} FROM ${places} JOIN bans AS b ON b.chat_id = n.chat_id AND b.user_id = n.user_id`,
    blocks: `SELECT b.user_id AS user_id, b.blocked_id AS blocked_id
      FROM ${rows({ user_id: 'bigint', blocked_id: 'bigint' })}
      JOIN blocks AS b ON b.user_id = n.user_id AND b.blocked_id = n.blocked_id`,
    users: `SELECT u.id AS id, u.name AS name, u.avatar AS avatar
      FROM ${ids} JOIN users AS u ON u.id = n.id`,
    chatsOfUsers: `SELECT n.id AS id, m.chat_id AS chat_id FROM ${ids}
      JOIN members AS m ON m.user_id = n.id AND m.chat_id < COALESCE((SELECT o.chat_id
        FROM members AS o WHERE o.user_id = n.id
        ORDER BY o.chat_id LIMIT 1 OFFSET ${MAX_TOLD_CHATS}), ${Number.MAX_SAFE_INTEGER})`,
    chatCounts: `SELECT n.id AS id, (SELECT count(*) FROM members AS m WHERE m.user_id = n.id) AS count,
        (SELECT count(*) FROM members AS m WHERE m.user_id = n.id AND m.added_by IS NOT NULL)
          AS by_others
      FROM ${ids}`,
    /** Users, then since when. */
    madeChats: `SELECT c.created_by AS id, count(*) AS count, min(c.created_at) AS oldest
      FROM ${ids} JOIN chats AS c ON c.created_by = n.id AND c.created_at > ${time(2)}
      GROUP BY c.created_by`,
    blockCounts: `SELECT n.id AS id,
        (SELECT count(*) FROM blocks AS b WHERE b.user_id = n.id) AS count FROM ${ids}`,
    reports: `SELECT ${REPORT_COLUMNS} FROM ${ids} JOIN reports AS r ON r.id = n.id`,
    settings: `SELECT k.user_id AS user_id, k.kind AS kind, k.chat_id AS chat_id, k.notify AS notify
      FROM ${rows({ user_id: 'bigint', kind: 'text', chat_id: 'bigint' })}
      JOIN chat_settings AS k ON k.user_id = n.user_id AND k.kind = n.kind
        AND k.chat_id = n.chat_id`,
    follows: `SELECT f.user_id AS user_id, f.kind AS kind, f.message_id AS message_id,
        f.followed AS followed
      FROM ${rows({ user_id: 'bigint', kind: 'text', message_id: 'bigint' })}
      JOIN thread_follows AS f ON f.user_id = n.user_id AND f.kind = n.kind
        AND f.message_id = n.message_id`,
    reported: `SELECT r.id AS id, r.kind AS kind, r.message_id AS message_id, r.reporter_id AS reporter_id
      FROM ${rows({ kind: 'text', message_id: 'bigint', reporter_id: 'bigint' })}
      JOIN reports AS r ON r.kind = n.kind AND r.message_id = n.message_id
        AND r.reporter_id = n.reporter_id`,
    pinned: `SELECT p.kind AS kind, p.message_id AS message_id FROM ${messages}
      JOIN pins AS p ON p.kind = n.kind AND p.message_id = n.message_id`,
    pinCounts: `SELECT n.kind AS kind, n.chat_id AS chat_id, (SELECT count(*) FROM pins AS p
        WHERE p.kind = n.kind AND p.chat_id = n.chat_id) AS count
      FROM ${rows({ kind: 'text', chat_id: 'bigint' })}`,
    customers: `SELECT s.id AS id, s.customer AS customer FROM ${ids}
      JOIN support_chats AS s ON s.id = n.id WHERE s.customer IS NOT NULL`,
    /** The id that the next chat gets, which nobody has written in: no parameters. */
    nextChatId: `SELECT 1 + max(id) AS id FROM (
      SELECT COALESCE(max(c.id), 0) AS id FROM chats AS c UNION ALL
      SELECT COALESCE(max(m.chat_id), 0) FROM messages AS m
        WHERE m.chat_id < ${MAX_FOREIGN_CHAT}) AS taken`,
    /** The id that the next report gets: no parameters. */
    nextReportId: 'SELECT 1 + COALESCE(max(r.id), 0) AS id FROM reports AS r',
  }
}
