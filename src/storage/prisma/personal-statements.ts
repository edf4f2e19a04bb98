import type { ChatKind } from '../../protocol/chat.ts'
import type { PersonalSection, PersonalTable } from '../personal-records.ts'
import { type Dialect, TABLES } from './dialect.ts'

/** What is read of one table. Its key, in the order of an index, tells where to go on. */
interface Section {
  /** Column → its expression; `at` and `record` are an export's own. */
  readonly columns: Readonly<Record<string, string>>
  readonly from: string
  /** With `$user` for the user. */
  readonly where: string
  /** Expression of a column of the key → what comes before all of its values. */
  readonly key: Readonly<Record<string, string | number>>
}

function plain(alias: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `${alias}."${name}"`]))
}

/** By the two halves of the one index that begins with the sender, so that nothing else is looked at. */
function messages(kind: ChatKind, isNamed: boolean): Section {
  const { table, chatColumn } = TABLES[kind]
  const names = ['id', 'offset', 'client_id', 'content', 'file_type', 'file_paths', 'reply_to']
  return {
    columns: {
      kind: `'${kind}'`,
      chat_id: `m.${chatColumn}`,
      ...plain('m', [...names, 'thread', 'mentions', 'created_at', 'edited_at', 'deleted_at']),
    },
    from: `${table} AS m`,
    ...half('m', 'm.id', isNamed),
  }
}

/** Whether a reaction was not taken back since. */
const STANDS = `CASE WHEN e.type = 'reaction' THEN EXISTS (SELECT 1 FROM reactions AS r
    WHERE r.kind = e.kind AND r.message_id = e.message_id AND r.sender_id = e.sender_id
      AND r.emoji = e.emoji AND r."offset" = e."offset") END`

function events(isNamed: boolean): Section {
  const names = ['offset', 'type', 'kind', 'chat_id', 'message_id', 'client_id', 'emoji']
  return {
    columns: {
      ...plain('e', [...names, 'removed', 'status', 'assignee', 'data', 'created_at']),
      stands: STANDS,
    },
    from: 'log_events AS e',
    ...half('e', 'e."offset"', isNamed),
  }
}

function half(alias: string, id: string, isNamed: boolean): Pick<Section, 'where' | 'key'> {
  const ofUser = `${alias}.sender_id = $user AND ${alias}.client_id`
  return isNamed
    ? { where: `${ofUser} IS NOT NULL`, key: { [`${alias}.client_id`]: '' } }
    : { where: `${ofUser} IS NULL`, key: { [id]: 0 } }
}

const OF_CHAT = { 'k.kind': '', 'k.chat_id': -1 }

/** What others have said of a user's message is told, but not who: that is theirs. */
const own = (column: string) => `CASE WHEN r.reporter_id = $user THEN r.${column} END`

const SECTIONS: Readonly<Record<PersonalSection, Section>> = {
  profile: {
    columns: plain('u', ['id', 'name', 'avatar']),
    from: 'users AS u',
    where: 'u.id = $user',
    key: { 'u.id': 0 },
  },
  last_seen: {
    columns: { seen_at: 'l.at' },
    from: 'last_seen AS l',
    where: 'l.user_id = $user',
    key: { 'l.user_id': 0 },
  },
  memberships: {
    columns: {
      ...plain('c', ['title', 'visibility', 'direct']),
      ...plain('m', ['chat_id', 'role', 'joined_offset', 'muted_until', 'last_written']),
    },
    from: 'members AS m JOIN chats AS c ON c.id = m.chat_id',
    where: 'm.user_id = $user',
    key: { 'm.chat_id': 0 },
  },
  standings: {
    columns: plain('s', ['chat_id', 'role', 'muted_until', 'last_written', 'joined_offset']),
    from: 'standings AS s',
    where: 's.user_id = $user',
    key: { 's.chat_id': 0 },
  },
  support_chats: {
    columns: plain('s', ['id', 'status', 'assignee', 'waiting_since']),
    from: 'support_chats AS s',
    where: 's.customer = $user',
    key: { 's.id': 0 },
  },
  messages: messages('chat', false),
  named_messages: messages('chat', true),
  support_messages: messages('support', false),
  named_support_messages: messages('support', true),
  events: events(false),
  named_events: events(true),
  reports: {
    columns: {
      ...plain('r', ['id', 'kind', 'chat_id', 'message_id', 'sender_id', 'content']),
      ...plain('r', ['created_at', 'resolution', 'resolved_at']),
      ...{ reporter_id: own('reporter_id'), reason: own('reason') },
    },
    from: 'reports AS r',
    where: '(r.reporter_id = $user OR r.sender_id = $user)',
    key: { 'r.id': 0 },
  },
  cursors: {
    columns: plain('k', ['kind', 'chat_id', 'delivered', 'read']),
    from: 'chat_cursors AS k',
    where: 'k.user_id = $user',
    key: OF_CHAT,
  },
  settings: {
    columns: plain('k', ['kind', 'chat_id', 'notify']),
    from: 'chat_settings AS k',
    where: 'k.user_id = $user',
    key: OF_CHAT,
  },
  follows: {
    columns: plain('k', ['kind', 'message_id', 'chat_id', 'followed', 'read']),
    from: 'thread_follows AS k',
    where: 'k.user_id = $user',
    key: { 'k.kind': '', 'k.message_id': 0 },
  },
  mentions: {
    columns: plain('k', ['kind', 'chat_id', 'message_id']),
    from: 'mentions AS k',
    where: 'k.user_id = $user',
    key: { ...OF_CHAT, 'k.message_id': 0 },
  },
  blocks: {
    columns: plain('b', ['blocked_id']),
    from: 'blocks AS b',
    where: 'b.user_id = $user',
    key: { 'b.blocked_id': 0 },
  },
  bans: {
    columns: { ...plain('b', ['chat_id', 'until', 'reason']), created_at: 'b.at' },
    from: 'bans AS b',
    where: 'b.user_id = $user',
    key: { 'b.chat_id': -1 },
  },
  acts: {
    columns: {
      ...plain('a', ['id', 'act', 'kind', 'chat_id', 'message_id', 'detail']),
      created_at: 'a.at',
    },
    from: 'admin_actions AS a',
    where: 'a.user_id = $user',
    key: { 'a.id': 0 },
  },
  uploads: {
    columns: plain('o', ['name', 'file_type', 'size_bytes', 'created_at', 'used_at']),
    from: 'uploads AS o',
    where: 'o.owner_id = $user',
    key: { 'o.name': '' },
  },
}

const KEYS: Readonly<Record<PersonalTable, readonly string[]>> = {
  chat_cursors: ['user_id', 'kind', 'chat_id'],
  chat_settings: ['user_id', 'kind', 'chat_id'],
  thread_follows: ['user_id', 'kind', 'message_id'],
  mentions: ['user_id', 'kind', 'chat_id', 'message_id'],
  last_seen: ['user_id'],
}

/** What reads and takes away what is kept of one user. */
export type PersonalStatements = ReturnType<typeof createPersonalStatements>

export function createPersonalStatements({ parameter: p, rows, time }: Dialect) {
  const read = ({ columns, from, where, key }: Section) => {
    const keys = Object.keys(key)
    const values = keys.map((_, i) => p(i + 2))
    const selected = [
      ...Object.entries(columns).map(([name, value]) => `${value} AS "${name}"`),
      ...keys.map((value, i) => `${value} AS key_${i}`),
    ]
    const isBehind =
      keys.length === 1 ? `${keys[0]} > ${p(2)}` : `(${keys.join(', ')}) > (${values.join(', ')})`
    return `SELECT ${selected.join(', ')} FROM ${from}
      WHERE ${where} AND ${isBehind} ORDER BY ${keys.join(', ')} LIMIT ${p(keys.length + 2)}`.replaceAll(
      '$user',
      p(1),
    )
  }
  const each = <Name extends string, Value, Made>(
    of: Readonly<Record<Name, Value>>,
    make: (value: Value, name: Name) => Made,
  ) =>
    Object.fromEntries(
      Object.entries<Value>(of).map(([name, value]) => [name, make(value, name as Name)]),
    ) as Record<Name, Made>
  const report = { id: 'bigint', reason: 'text', content: 'text' } as const
  return {
    /** The user, a key, a limit → rows behind the key, whose own key is in `key_0` and so on. */
    read: each(SECTIONS, read),
    /** What comes before every key. */
    starts: each(SECTIONS, ({ key }) => Object.values(key)),
    /** The user, a limit. */
    remove: each(
      KEYS,
      (key, table) => `DELETE FROM ${table} WHERE (${key.join(', ')}) IN
        (SELECT ${key.join(', ')} FROM ${table} WHERE user_id = ${p(1)} LIMIT ${p(2)})`,
    ),
    /** `{kind, message_id}` rows, the user. */
    removeReactions: `DELETE FROM reactions WHERE sender_id = ${p(2)} AND (kind, message_id) IN
      (SELECT n.kind, n.message_id FROM ${rows({ kind: 'text', message_id: 'bigint' })})`,
    /** `{offset, message_id, data}` rows. */
    scrubEvents: `UPDATE log_events SET message_id = n.message_id, data = n.data
      FROM ${rows({ offset: 'bigint', message_id: 'bigint', data: 'text' })}
      WHERE log_events."offset" = n."offset"`,
    scrubReports: `UPDATE reports SET reason = n.reason, content = n.content
      FROM ${rows(report)} WHERE reports.id = n.id`,
    /** The reporter, a kind, a message. */
    findReportEvent: `SELECT e."offset" AS "offset", e.data AS data FROM log_events AS e
      WHERE e.sender_id = ${p(1)} AND e.type = 'report' AND e.kind = ${p(2)}
        AND e.message_id = ${p(3)} LIMIT 1`,
    /** The user, an offset, the last offset. */
    findNamings: `SELECT e."offset" AS "offset" FROM log_events AS e
      WHERE e."offset" > ${p(2)} AND e."offset" <= ${p(3)} AND e.type = 'user'
        AND e.message_id = ${p(1)} AND (e.data LIKE '%"name":%' OR e.data LIKE '%"avatar":%')
      ORDER BY e."offset"`,
    /** A chat, a user. */
    heirOf: `SELECT m.user_id AS user_id, m.role AS role FROM members AS m
      WHERE m.chat_id = ${p(1)} AND m.user_id <> ${p(2)}
      ORDER BY CASE m.role WHEN 'owner' THEN 0 WHEN 'moderator' THEN 1 WHEN 'member' THEN 2
        ELSE 3 END, m.joined_offset, m.user_id LIMIT 1`,
    /** `{name}` rows, a time long ago. */
    releaseUploads: `UPDATE uploads SET used_at = NULL, created_at = ${time(2)}
      WHERE name IN (SELECT n.name FROM ${rows({ name: 'text' })})`,
  }
}
