import type { ChatKind } from '../../protocol/chat.ts'
import { MAX_OWN_REACTIONS } from '../../protocol/limits.ts'
import { CLIPPED_LENGTH, MAX_REACTIONS } from '../store.ts'
import { KNOWN_LENGTH } from '../target.ts'
import { type ColumnType, type Dialect, TABLES } from './dialect.ts'
import { MESSAGE_COLUMNS, type MessageColumn } from './entry-row.ts'
import { boundAfter, boundBelow, EVENT_JOINS } from './read-bounds.ts'

const NO_TEXT = 'CAST(NULL AS text)'
const NO_ID = 'CAST(NULL AS bigint)'
const NO_BOOLEAN = 'CAST(NULL AS boolean)'
const NO_TIME = 'CAST(NULL AS timestamp(3))'

/** The columns of an EntryRow, of a message of `kind` under the alias `m`. */
export function messageColumns(kind: ChatKind, content = 'm.content'): string {
  return `'message' AS type, '${kind}' AS kind, m.id AS id, m."offset" AS "offset",
    m.${TABLES[kind].chatColumn} AS chat_id, m.sender_id AS sender_id, m.client_id AS client_id,
    ${content} AS content, m.file_type AS file_type, m.file_paths AS file_paths,
    m.reply_to AS reply_to, m.created_at AS created_at, m.edited_at AS edited_at,
    m.deleted_at AS deleted_at, ${NO_TEXT} AS emoji, ${NO_BOOLEAN} AS removed,
    ${NO_TEXT} AS status, ${NO_ID} AS assignee, m.thread AS thread, m.mentions AS mentions,
    m.hidden_from AS hidden_from, ${isFromCustomer(kind)} AS is_from_customer,
    ${NO_ID} AS about_offset, ${NO_TEXT} AS data`
}

function isFromCustomer(kind: ChatKind): string {
  return kind === 'chat'
    ? NO_BOOLEAN
    : `COALESCE((SELECT k.customer FROM support_chats AS k WHERE k.id = m.support_chat_id), 0)
      = m.sender_id`
}

/** The offset of a chat's newest message, null where it has none; reads no content. */
export function newestOffset(kind: ChatKind, chatId: string): string {
  const { table, chatColumn } = TABLES[kind]
  return `(SELECT l."offset" FROM ${table} AS l WHERE l.${chatColumn} = ${chatId}
          ORDER BY l.id DESC LIMIT 1)`
}

/** The columns of an EntryRow, of an event under the alias `e` whose message, if it has one, is joined. */
const eventColumns = (
  content: string,
) => `e.type AS type, e.kind AS kind, COALESCE(e.message_id, e.chat_id) AS id,
    e."offset" AS "offset", e.chat_id AS chat_id, e.sender_id AS sender_id,
    e.client_id AS client_id, ${content} AS content,
    ${NO_TEXT} AS file_type, ${NO_TEXT} AS file_paths, ${NO_ID} AS reply_to,
    e.created_at AS created_at, ${NO_TIME} AS edited_at, ${NO_TIME} AS deleted_at,
    e.emoji AS emoji, e.removed AS removed, e.status AS status, e.assignee AS assignee,
    ${NO_ID} AS thread, COALESCE(c.mentions, s.mentions) AS mentions, e.hidden_from AS hidden_from,
    ${NO_BOOLEAN} AS is_from_customer, e.about_offset AS about_offset, e.data AS data`

const EVENT_CONTENT = `COALESCE(c.content, s.content, '')`

/** The content of a message `m`, as much of it as a list shows and one character more. */
export const clippedContent = `substr(m.content, 1, ${CLIPPED_LENGTH})`

/** The statements of the log; each says what its parameters are and which rows it answers. */
export type LogStatements = ReturnType<typeof createLogStatements>

/** Writes the statements of the log in one dialect. */
export function createLogStatements(dialect: Dialect) {
  const { rows, time } = dialect
  const p = dialect.parameter
  const names = rows({ sender_id: 'bigint', client_id: 'text' })
  const reactions = rows({
    kind: 'text',
    message_id: 'bigint',
    emoji: 'text',
    sender_id: 'bigint',
  })

  const namedMessages = (kind: ChatKind) => `
    SELECT ${messageColumns(kind, clippedContent)} FROM ${names} JOIN ${TABLES[kind].table} AS m
      ON m.sender_id = n.sender_id AND m.client_id = n.client_id`

  const messagesAfter = (kind: ChatKind) => `
    SELECT * FROM (SELECT ${messageColumns(kind)} FROM ${TABLES[kind].table} AS m
      WHERE m."offset" > ${p(1)} AND m."offset" <= (SELECT last FROM bound)
      ORDER BY m."offset" LIMIT ${p(2)}) AS ${kind}`

  const clipped = (kind: ChatKind) => `
    SELECT ${messageColumns(kind, clippedContent)}
    FROM ${rows({ offset: 'bigint' })} JOIN ${TABLES[kind].table} AS m ON m."offset" = n."offset"`

  const ages = (kind: ChatKind, ofChat: string) => `
    SELECT m.id AS id, m.sender_id AS sender_id, m.created_at AS created_at,
      m.deleted_at IS NOT NULL AS is_deleted, octet_length(m.content) AS size
    FROM ${TABLES[kind].table} AS m WHERE ${ofChat} m.id > ${p(1)} ORDER BY m.id LIMIT ${p(2)}`

  const queue = `
      SELECT s.id AS id, s.assignee AS assignee, s.waiting_since AS waiting_since,
        ${newestOffset('support', 's.id')} AS newest
      FROM support_chats AS s WHERE s.status = 'open'`

  const message = {
    sender_id: 'bigint',
    client_id: 'text',
    chat_id: 'bigint',
    content: 'text',
    file_type: 'text',
    file_paths: 'text',
    reply_to: 'bigint',
  } as const satisfies Record<MessageColumn, ColumnType>
  const insertInto = (kind: ChatKind, more = '') => `
    INSERT INTO ${TABLES[kind].table} ("offset", ${TABLES[kind].chatColumn}, sender_id, client_id,
      content, file_type, file_paths, reply_to, created_at${more})`
  const values = `n.chat_id, n.sender_id, n.client_id, n.content, n.file_type, n.file_paths,
      n.reply_to, ${time(2)}`
  const rare = { thread: 'bigint', mentions: 'text', hidden_from: 'bigint' } as const

  const insertAlone = (guard: string) => `${insertInto('chat')}
      SELECT (SELECT last_offset FROM log WHERE id = 1) + row_number() OVER (ORDER BY n.key), ${values}
      FROM (SELECT key, ${MESSAGE_COLUMNS.map((name, i) => `value ->> ${i} AS ${name}`).join(', ')}
        FROM json_each(${p(1)})) AS n
      WHERE ${['messages', 'support_messages', 'log_events'].map(hasNoneNamed).join(' AND ')}
        ${guard} ORDER BY n.key RETURNING id, "offset"`

  return {
    lockLog: dialect.lockLog,
    /** Moves `last_offset`: the new one. */
    moveLog: `UPDATE log SET last_offset = ${p(1)} WHERE id = 1`,
    /** Creates the log's row if there is none: the epoch. */
    createLog: `INSERT INTO log (id, epoch, last_offset) VALUES (1, ${p(1)}, 0) ON CONFLICT DO NOTHING`,
    /** Begins a new history: the new epoch and the one that it replaces. */
    changeEpoch: `UPDATE log SET epoch = ${p(1)} WHERE epoch = ${p(2)}`,

    /** Finds entries by name: `{sender_id, client_id}` rows → entry rows, with the content clipped. */
    findNamed: `${namedMessages('chat')} UNION ALL ${namedMessages('support')} UNION ALL
      SELECT ${eventColumns(`substr(${EVENT_CONTENT}, 1, ${CLIPPED_LENGTH})`)}
      FROM ${names} JOIN log_events AS e
        ON e.sender_id = n.sender_id AND e.client_id = n.client_id ${EVENT_JOINS}`,
    /**
     * Finds messages of a kind: `{id, edited_bytes}` rows → the message's place and sender; its content
     * where it is not longer than so many bytes, and the beginning of that elsewhere.
     */
    findTargets: byKind(
      (kind) => `
      SELECT '${kind}' AS kind, m.id AS id, m.${TABLES[kind].chatColumn} AS chat_id,
        m.sender_id AS sender_id, CASE WHEN octet_length(m.content) <= n.edited_bytes THEN m.content
          ELSE substr(m.content, 1, ${KNOWN_LENGTH}) END AS content,
        octet_length(m.content) <= n.edited_bytes AS is_whole,
        m.deleted_at IS NOT NULL AS is_deleted,
        m.file_paths AS file_paths, m."offset" AS "offset", m.thread AS thread,
        m.hidden_from AS hidden_from, m.mentions AS mentions
      FROM ${rows({ id: 'bigint', edited_bytes: 'bigint' })}
      JOIN ${TABLES[kind].table} AS m ON m.id = n.id`,
    ),
    /**
     * Finds reactions: `{kind, message_id, emoji, sender_id}` rows → each of them, whether it
     * stands, and how many of the sender do on the message, counted to `MAX_OWN_REACTIONS`.
     */
    findReactions: `
      SELECT n.kind AS kind, n.message_id AS message_id, n.emoji AS emoji,
        n.sender_id AS sender_id, r.emoji IS NOT NULL AS stands,
        (SELECT count(*) FROM (SELECT 1 FROM reactions AS o WHERE o.kind = n.kind
          AND o.message_id = n.message_id AND o.sender_id = n.sender_id
          LIMIT ${MAX_OWN_REACTIONS}) AS own) AS own
      FROM ${reactions} LEFT JOIN reactions AS r ON r.kind = n.kind
        AND r.message_id = n.message_id AND r.emoji = n.emoji AND r.sender_id = n.sender_id`,
    /** Finds support chats: `{id}` rows → their state. */
    findSupportChats: `
      SELECT s.id AS id, s.status AS status, s.assignee AS assignee,
        s.waiting_since AS waiting_since, s.customer AS customer
      FROM ${rows({ id: 'bigint' })} JOIN support_chats AS s ON s.id = n.id`,

    /**
     * Stores messages of a kind: rows of `offset`, `message` and `rare`, then `created_at` →
     * `{id, offset}` rows in any order.
     */
    insertMessages: byKind(
      (kind) => `${insertInto(kind, ', thread, mentions, hidden_from')}
      SELECT n."offset", ${values}, n.thread, n.mentions, n.hidden_from
      FROM ${rows({ offset: 'bigint', ...message, ...rare })} ORDER BY n."offset" RETURNING id, "offset"`,
    ),
    /**
     * The same for chat messages alone, on SQLite, as a transaction of its own: it numbers them
     * itself and leaves out what is stored under the same name. Reads arrays of the columns of
     * `message`, which take a third less time than objects.
     */
    insertAlone: insertAlone(''),
    /**
     * The same where chats have members: nothing is stored unless each of the pairs of chat and
     * sender, the third parameter, is of a member who may write now, in a chat without a slow mode,
     * and none who blocks or is blocked in a direct one.
     */
    insertBySeated: insertAlone(`AND NOT EXISTS (
        SELECT 1 FROM (SELECT value ->> 0 AS chat_id, value ->> 1 AS user_id
          FROM json_each(${p(3)})) AS g
        WHERE NOT EXISTS (SELECT 1 FROM members AS w JOIN chats AS c ON c.id = w.chat_id
          WHERE w.chat_id = g.chat_id AND w.user_id = g.user_id AND w.role <> 'reader'
            AND (w.muted_until IS NULL OR w.muted_until <= ${time(2)})
            AND (c.slow_mode = 0 OR w.role IN ('moderator', 'owner'))
            AND (c.direct IS NULL OR NOT EXISTS (SELECT 1 FROM members AS o JOIN blocks AS b
              ON (b.user_id = o.user_id AND b.blocked_id = w.user_id)
                OR (b.user_id = w.user_id AND b.blocked_id = o.user_id)
              WHERE o.chat_id = w.chat_id AND o.user_id <> w.user_id))))`),
    /** Stores events: rows of the columns of log_events, then `created_at`. */
    insertEvents: `
      INSERT INTO log_events ("offset", type, kind, chat_id, message_id, sender_id, client_id,
        emoji, removed, status, assignee, data, about_offset, hidden_from, created_at)
      SELECT n."offset", n.type, n.kind, n.chat_id, n.message_id, n.sender_id, n.client_id,
        n.emoji, n.removed, n.status, n.assignee, n.data, n.about_offset, n.hidden_from, ${time(2)}
      FROM ${rows({
        offset: 'bigint',
        type: 'text',
        kind: 'text',
        chat_id: 'bigint',
        message_id: 'bigint',
        sender_id: 'bigint',
        client_id: 'text',
        emoji: 'text',
        removed: 'boolean',
        status: 'text',
        assignee: 'bigint',
        data: 'text',
        about_offset: 'bigint',
        hidden_from: 'bigint',
      })} ORDER BY n."offset"`,
    /** Changes messages of a kind: `{id, content, mentions, is_edited, is_deleted}` rows, then the time. */
    changeMessages: byKind(
      (kind) => `
      UPDATE ${TABLES[kind].table} SET content = n.content,
        mentions = n.mentions,
        edited_at = CASE WHEN n.is_edited THEN ${time(2)} ELSE edited_at END,
        deleted_at = CASE WHEN n.is_deleted THEN ${time(2)} ELSE deleted_at END,
        file_type = CASE WHEN n.is_deleted THEN NULL ELSE file_type END,
        file_paths = CASE WHEN n.is_deleted THEN NULL ELSE file_paths END
      FROM ${rows({
        id: 'bigint',
        content: 'text',
        mentions: 'text',
        is_edited: 'boolean',
        is_deleted: 'boolean',
      })}
      WHERE ${TABLES[kind].table}.id = n.id`,
    ),
    /** Stores reactions: rows of the columns of reactions. */
    insertReactions: `
      INSERT INTO reactions (kind, message_id, emoji, sender_id, "offset")
      SELECT n.kind, n.message_id, n.emoji, n.sender_id, n."offset"
      FROM ${rows({
        kind: 'text',
        message_id: 'bigint',
        emoji: 'text',
        sender_id: 'bigint',
        offset: 'bigint',
      })} WHERE true ON CONFLICT DO NOTHING`,
    /** Removes reactions: `{kind, message_id, emoji, sender_id}` rows. */
    deleteReactions: `
      DELETE FROM reactions WHERE (kind, message_id, emoji, sender_id) IN (
        SELECT n.kind, n.message_id, n.emoji, n.sender_id FROM ${reactions})`,
    /** Sets the state of support chats: rows of the columns of support_chats. */
    setSupportChats: `
      INSERT INTO support_chats (id, status, assignee, waiting_since, customer)
      SELECT n.id, n.status, n.assignee, n.waiting_since, n.customer
      FROM ${rows({
        id: 'bigint',
        status: 'text',
        assignee: 'bigint',
        waiting_since: 'timestamp',
        customer: 'bigint',
      })}
      WHERE true ON CONFLICT (id) DO UPDATE SET status = excluded.status,
        assignee = excluded.assignee, waiting_since = excluded.waiting_since,
        customer = COALESCE(support_chats.customer, excluded.customer)`,

    /**
     * Reads the log: an offset and a limit → entry rows above that offset, in order, as many as
     * may be read at once.
     */
    readAfter: `WITH ${boundAfter({ after: p(1), limit: p(2) })}
      ${messagesAfter('chat')} UNION ALL ${messagesAfter('support')} UNION ALL
      SELECT * FROM (SELECT ${eventColumns(EVENT_CONTENT)} FROM log_events AS e ${EVENT_JOINS}
        WHERE e."offset" > ${p(1)} AND e."offset" <= (SELECT last FROM bound)
        ORDER BY e."offset" LIMIT ${p(2)}) AS event
      ORDER BY "offset" LIMIT ${p(2)}`,
    /**
     * Reads one chat backwards: chat, an id and a limit → rows below that id, newest first, as
     * many as may be read at once.
     */
    readHistory: byKind(
      (kind) => `
      WITH ${boundBelow(kind, { chat: p(1), below: p(2), limit: p(3) })}
      SELECT ${messageColumns(kind)} FROM ${TABLES[kind].table} AS m
      WHERE m.${TABLES[kind].chatColumn} = ${p(1)} AND m.id < ${p(2)}
        AND m.id >= (SELECT last FROM bound)
      ORDER BY m.id DESC LIMIT ${p(3)}`,
    ),
    /** Reads messages, clipped: `{offset}` rows → entry rows in any order. */
    readClipped: `${clipped('chat')} UNION ALL ${clipped('support')}`,
    /** Reads how old messages of a kind are: an id and a limit, or also a chat. */
    readAges: byKind((kind) => ages(kind, '')),
    readAgesOfChat: byKind((kind) => ages(kind, `m.${TABLES[kind].chatColumn} = ${p(3)} AND`)),
    /** Reads open support chats that wait, or that do not: a limit → their state, in order. */
    readQueue: {
      waiting: `${queue} AND s.waiting_since IS NOT NULL
      ORDER BY s.waiting_since, s.id LIMIT ${p(1)}`,
      answered: `${queue} AND s.waiting_since IS NULL ORDER BY s.id LIMIT ${p(1)}`,
    },
    /**
     * Reads reactions to messages of a kind: `{id}` rows → for each that has some the first
     * `MAX_REACTIONS`, as one JSON array of `[offset, emoji, sender_id]`s in any order: a row for
     * each would take ten times as long.
     */
    readReactions: byKind(
      (kind) => `
      SELECT n.id AS message_id, ${dialect.jsonArrays(['r."offset"', 'r.emoji', 'r.sender_id'])} AS given
      FROM ${rows({ id: 'bigint' })} JOIN reactions AS r ON r.kind = '${kind}'
        AND r.message_id = n.id AND r."offset" <= COALESCE((SELECT l."offset" FROM reactions AS l
          WHERE l.kind = '${kind}' AND l.message_id = n.id
          ORDER BY l."offset" LIMIT 1 OFFSET ${MAX_REACTIONS - 1}), ${Number.MAX_SAFE_INTEGER})
      GROUP BY n.id`,
    ),
  }
}

function hasNoneNamed(table: string): string {
  return `NOT EXISTS (SELECT 1 FROM ${table} AS m
        WHERE m.sender_id = n.sender_id AND m.client_id = n.client_id)`
}

/** A statement for each kind. */
export function byKind(statement: (kind: ChatKind) => string): Readonly<Record<ChatKind, string>> {
  return { chat: statement('chat'), support: statement('support') }
}
