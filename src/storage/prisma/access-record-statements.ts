import type { ChatKind } from '../../protocol/chat.ts'
import {
  BAN_COLUMNS,
  CHAT_COLUMNS,
  MEMBER_COLUMNS,
  membershipValue,
  REPORT_COLUMNS,
  STANDING_COLUMNS,
} from './access-rows.ts'
import { type Dialect, TABLES } from './dialect.ts'
import { byKind, clippedContent, messageColumns } from './log-statements.ts'
import { createMayRead } from './may-read.ts'

/** Messages that name one upload, of which it is looked whether one may be read: the newest. */
const MAX_USES = 1_000

/** Threads that a user follows, of which those with the newest replies are told: the newest. */
export const MAX_FOLLOWED = 1_000

const MAX_THREADS = 100
const MAX_UNREAD = 1_000
const MAX_PINS = 100

const ACT_COLUMNS = `a.id AS id, a.at AS at, a.actor_id AS actor_id, a.act AS act,
    a.user_id AS user_id, a.kind AS kind, a.chat_id AS chat_id, a.message_id AS message_id,
    a.detail AS detail`

/** What asks for chats, members and users. A page has the parameters "after" and "limit". */
export type AccessRecordStatements = ReturnType<typeof createAccessRecordStatements>

export function createAccessRecordStatements(dialect: Dialect) {
  const { rows, time, greater, lesser, parameter: p } = dialect
  const ids = rows({ id: 'bigint' })
  const mayRead = createMayRead(dialect, 2)

  const uses = (kind: ChatKind) => `
    SELECT 1 AS one FROM (SELECT message_id FROM upload_uses
        WHERE name = ${p(1)} AND kind = '${kind}' ORDER BY message_id DESC LIMIT ${MAX_USES}) AS u
      JOIN ${TABLES[kind].table} AS m ON m.id = u.message_id
    WHERE ${mayRead.message(kind, 'm')}`

  const followed = (kind: ChatKind) => `
    SELECT f.kind AS kind, f.message_id AS message_id, f."read" AS "read" FROM (
      SELECT kind, message_id, "read" FROM thread_follows
      WHERE user_id = ${p(1)} AND kind = '${kind}' AND followed
      ORDER BY message_id DESC LIMIT ${MAX_FOLLOWED}) AS f`

  const sharesSupportChat = (customer: string, other: string) => `
    EXISTS (SELECT 1 FROM support_chats AS s JOIN chat_cursors AS k
      ON k.user_id = ${other} AND k.kind = 'support' AND k.chat_id = s.id
      WHERE s.customer = ${customer})`

  return {
    /** A user and a page → memberships. */
    membershipsOf: `SELECT ${membershipValue(dialect)} AS membership
      FROM members AS m JOIN chats AS c ON c.id = m.chat_id
      WHERE m.user_id = ${p(1)} AND m.chat_id > ${p(2)} ORDER BY m.chat_id LIMIT ${p(3)}`,
    supportChatsOf: `SELECT s.id AS id FROM support_chats AS s
      WHERE s.customer = ${p(1)} AND s.id > ${p(2)} ORDER BY s.id LIMIT ${p(3)}`,
    findChats: `SELECT ${CHAT_COLUMNS} FROM ${ids} JOIN chats AS c ON c.id = n.id`,
    /** Users, then the chat. */
    findMembers: `SELECT m.user_id AS user_id, ${MEMBER_COLUMNS}
      FROM ${ids} JOIN members AS m ON m.user_id = n.id AND m.chat_id = ${p(2)}`,
    /** Chat, user, now. */
    isBannedFrom: `SELECT 1 AS one FROM bans AS b WHERE b.chat_id = ${p(1)}
      AND b.user_id = ${p(2)} AND (b.until IS NULL OR b.until > ${time(3)})`,
    /** Chats, then a user and now → each chat that has a row, and what holds of the user there. */
    tokenPlaces: `SELECT ${CHAT_COLUMNS}, ${STANDING_COLUMNS}, b.chat_id AS banned, b.until AS until
      FROM ${ids} JOIN chats AS c ON c.id = n.id
      LEFT JOIN standings AS s ON s.chat_id = c.id AND s.user_id = ${p(2)}
      LEFT JOIN bans AS b ON b.chat_id = c.id AND b.user_id = ${p(2)}
        AND (b.until IS NULL OR b.until > ${time(3)})`,
    /** Chats, then a user who comes into them by a token. */
    enterByToken: `INSERT INTO standings (chat_id, user_id, joined_offset)
      SELECT n.id, ${p(2)}, (SELECT last_offset FROM log WHERE id = 1) FROM ${ids} WHERE true
      ON CONFLICT (chat_id, user_id) DO UPDATE SET
        joined_offset = COALESCE(standings.joined_offset, excluded.joined_offset)`,
    customerOf: `SELECT s.customer AS customer FROM support_chats AS s WHERE s.id = ${p(1)}`,
    /** A chat and a page. */
    membersOf: `SELECT m.user_id AS user_id, ${MEMBER_COLUMNS} FROM members AS m
      WHERE m.chat_id = ${p(1)} AND m.user_id > ${p(2)} ORDER BY m.user_id LIMIT ${p(3)}`,
    publicChats: `SELECT ${CHAT_COLUMNS} FROM chats AS c
      WHERE c.visibility = 'public' AND c.id > ${p(1)} ORDER BY c.id LIMIT ${p(2)}`,
    findUsers: `SELECT u.id AS id, u.name AS name, u.avatar AS avatar
      FROM ${ids} JOIN users AS u ON u.id = n.id`,
    /** Users, then the one that they may share a chat with. */
    sharingWith: `SELECT n.id AS id FROM ${ids} WHERE
      EXISTS (SELECT 1 FROM members AS a JOIN members AS b ON b.chat_id = a.chat_id
        AND b.user_id = ${p(2)} WHERE a.user_id = n.id)
      OR ${sharesSupportChat(p(2), 'n.id')} OR ${sharesSupportChat('n.id', p(2))}`,
    blockedBy: `SELECT b.blocked_id AS id FROM blocks AS b
      WHERE b.user_id = ${p(1)} ORDER BY b.blocked_id`,
    /** A user and a page. */
    blockersOf: `SELECT b.user_id AS id FROM blocks AS b
      WHERE b.blocked_id = ${p(1)} AND b.user_id > ${p(2)} ORDER BY b.user_id LIMIT ${p(3)}`,
    /** A page. */
    bans: `SELECT ${BAN_COLUMNS} FROM bans AS b
      WHERE b.chat_id = 0 AND b.user_id > ${p(1)} ORDER BY b.user_id LIMIT ${p(2)}`,
    /** A chat → its pinned messages, clipped. */
    pinsOf: byKind(
      (kind) => `SELECT ${messageColumns(kind, clippedContent)} FROM (
        SELECT message_id, "offset" FROM pins WHERE kind = '${kind}' AND chat_id = ${p(1)}
        ORDER BY "offset" DESC LIMIT ${MAX_PINS}) AS pinned
      JOIN ${TABLES[kind].table} AS m ON m.id = pinned.message_id
      ORDER BY pinned."offset" DESC`,
    ),
    /** A user → the threads that the user follows. */
    threadsOf: `SELECT f.kind AS kind, f.message_id AS message_id, f."read" AS "read",
        COALESCE(t.replies, 0) AS replies, t.last_reply AS last_reply
      FROM (${followed('chat')} UNION ALL ${followed('support')}) AS f
      LEFT JOIN threads AS t ON t.kind = f.kind AND t.message_id = f.message_id
      ORDER BY t.last_reply_at IS NULL, t.last_reply_at DESC, f.message_id DESC
      LIMIT ${MAX_THREADS}`,
    /** `{id}` rows → messages, clipped. */
    findMessages: byKind(
      (kind) => `SELECT ${messageColumns(kind, clippedContent)} FROM ${ids}
      JOIN ${TABLES[kind].table} AS m ON m.id = n.id`,
    ),
    /** `{id, read}` rows of roots, then the user → unread replies. */
    countUnreadReplies: byKind(
      (kind) => `SELECT n.id AS id, (SELECT count(*) FROM (
          SELECT 1 FROM ${TABLES[kind].table} AS m
          WHERE m.thread = n.id AND m.id > n."read" AND m.sender_id <> ${p(2)}
            AND m.deleted_at IS NULL AND (m.hidden_from IS NULL OR m.hidden_from <> ${p(2)})
          LIMIT ${MAX_UNREAD}) AS counted) AS unread
      FROM ${rows({ id: 'bigint', read: 'bigint' })}`,
    ),
    /** Rows of users, threads and replies. */
    readThreads: `UPDATE thread_follows
      SET "read" = ${greater('thread_follows."read"', lesser('n."read"', 't.last_reply'))}
      FROM ${rows({ user_id: 'bigint', kind: 'text', message_id: 'bigint', read: 'bigint' })}
        JOIN threads AS t ON t.kind = n.kind AND t.message_id = n.message_id
      WHERE thread_follows.user_id = n.user_id AND thread_follows.kind = n.kind
        AND thread_follows.message_id = n.message_id`,
    /** A page: reports of all chats. */
    allReports: `SELECT ${REPORT_COLUMNS} FROM reports AS r
      WHERE r.id > ${p(1)} ORDER BY r.id LIMIT ${p(2)}`,
    openReports: `SELECT ${REPORT_COLUMNS} FROM reports AS r
      WHERE r.resolved_at IS NULL AND r.id > ${p(1)} ORDER BY r.id LIMIT ${p(2)}`,
    /** Chats, then a page. */
    reportsIn: reportsIn(dialect, ''),
    openReportsIn: reportsIn(dialect, 'AND r.resolved_at IS NULL'),
    /** A page, then the moderator. */
    moderatedReports: moderated(dialect, ''),
    openModeratedReports: moderated(dialect, 'AND r.resolved_at IS NULL'),
    /** A name, then `readerValues`. */
    mayReadUpload: `
      SELECT 1 AS one FROM uploads AS o WHERE o.name = ${p(1)} AND (o.owner_id = ${p(2)}
        OR EXISTS (SELECT 1 FROM users AS a
          WHERE a.id = o.owner_id AND a.avatar = 'uploads/' || o.name AND NOT EXISTS (
            SELECT 1 FROM blocks AS b WHERE b.user_id = a.id AND b.blocked_id = ${p(2)})))
      UNION ALL ${uses('chat')} UNION ALL ${uses('support')} LIMIT 1`,
    /** A page. */
    acts: `SELECT ${ACT_COLUMNS} FROM admin_actions AS a
      WHERE a.id > ${p(1)} ORDER BY a.id LIMIT ${p(2)}`,
    /** An id, a limit, then a user. */
    newestActs: `SELECT ${ACT_COLUMNS} FROM admin_actions AS a
      WHERE a.id < ${p(1)} ORDER BY a.id DESC LIMIT ${p(2)}`,
    newestActsOn: `SELECT ${ACT_COLUMNS} FROM admin_actions AS a
      WHERE a.user_id = ${p(3)} AND a.id < ${p(1)} ORDER BY a.id DESC LIMIT ${p(2)}`,
    /** A page. */
    chatsWithRetention: `SELECT c.id AS chat_id, c.retention AS retention FROM chats AS c
      WHERE c.retention IS NOT NULL AND c.id > ${p(1)} ORDER BY c.id LIMIT ${p(2)}`,
    /** A page, then a user. */
    actsOn: `SELECT ${ACT_COLUMNS} FROM admin_actions AS a
      WHERE a.user_id = ${p(3)} AND a.id > ${p(1)} ORDER BY a.id LIMIT ${p(2)}`,
  }
}

function reportsIn({ rows, parameter: p }: Dialect, more: string): string {
  return `SELECT ${REPORT_COLUMNS} FROM ${rows({ id: 'bigint' })}
      JOIN reports AS r ON r.kind = 'chat' AND r.chat_id = n.id ${more}
    WHERE r.id > ${p(2)} ORDER BY r.id LIMIT ${p(3)}`
}

/** Reports of the chats that a user moderates: found by these, of which one user has only so many. */
function moderated({ parameter: p }: Dialect, more: string): string {
  return `SELECT ${REPORT_COLUMNS} FROM members AS m
      JOIN reports AS r ON r.kind = 'chat' AND r.chat_id = m.chat_id ${more}
    WHERE m.user_id = ${p(3)} AND m.role IN ('moderator', 'owner') AND r.id > ${p(1)}
    ORDER BY r.id LIMIT ${p(2)}`
}
