import type { ColumnType, Dialect } from './dialect.ts'

type Columns = Readonly<Record<string, ColumnType>>

const CHAT = {
  id: 'bigint',
  title: 'text',
  visibility: 'text',
  history: 'text',
  slow_mode: 'bigint',
  retention: 'bigint',
  direct: 'text',
  created_by: 'bigint',
  created_at: 'timestamp',
  member_count: 'bigint',
} as const satisfies Columns

const MEMBER = {
  chat_id: 'bigint',
  user_id: 'bigint',
  role: 'text',
  joined_offset: 'bigint',
  muted_until: 'timestamp',
  muted_by: 'text',
  last_written: 'timestamp',
  added_by: 'bigint',
} as const satisfies Columns

const STANDING = {
  chat_id: 'bigint',
  user_id: 'bigint',
  role: 'text',
  muted_until: 'timestamp',
  muted_by: 'text',
  last_written: 'timestamp',
  joined_offset: 'bigint',
} as const satisfies Columns

const BAN = {
  chat_id: 'bigint',
  user_id: 'bigint',
  until: 'timestamp',
  reason: 'text',
  by: 'bigint',
  by_role: 'text',
  at: 'timestamp',
  offset: 'bigint',
} as const satisfies Columns

const REPORT = {
  id: 'bigint',
  kind: 'text',
  chat_id: 'bigint',
  message_id: 'bigint',
  sender_id: 'bigint',
  reporter_id: 'bigint',
  reason: 'text',
  content: 'text',
  created_at: 'timestamp',
  resolution: 'text',
  resolved_by: 'bigint',
  resolved_at: 'timestamp',
} as const satisfies Columns

const ACT = {
  at: 'timestamp',
  actor_id: 'bigint',
  act: 'text',
  user_id: 'bigint',
  kind: 'text',
  chat_id: 'bigint',
  message_id: 'bigint',
  detail: 'text',
} as const satisfies Columns

const PLACE = { chat_id: 'bigint', user_id: 'bigint' } as const satisfies Columns
const BLOCK = { user_id: 'bigint', blocked_id: 'bigint' } as const satisfies Columns
const MESSAGE = { kind: 'text', message_id: 'bigint' } as const satisfies Columns
const THREAD = {
  ...MESSAGE,
  chat_id: 'bigint',
  replies: 'bigint',
  last_reply: 'bigint',
  last_reply_at: 'timestamp',
} as const satisfies Columns
const FOLLOW = {
  user_id: 'bigint',
  ...MESSAGE,
  chat_id: 'bigint',
  followed: 'boolean',
  read: 'bigint',
} as const satisfies Columns

/** What stores changes of chats, members and users: each over JSON rows of its table's columns. */
export type AccessChangeStatements = ReturnType<typeof createAccessChangeStatements>

export function createAccessChangeStatements(dialect: Dialect) {
  const { rows, greater } = dialect

  const insert = (table: string, columns: Columns) => {
    const names = Object.keys(columns).map((name) => `"${name}"`)
    return `INSERT INTO ${table} (${names.join(', ')})
      SELECT ${names.map((name) => `n.${name}`).join(', ')} FROM ${rows(columns)} WHERE true`
  }
  /** Puts rows in the place of those with the same key, of whose columns only some may change. */
  const set = (table: string, columns: Columns, key: readonly string[], changing?: string[]) => {
    const changed = changing ?? Object.keys(columns).filter((name) => !key.includes(name))
    return `${insert(table, columns)} ON CONFLICT (${key.join(', ')}) DO UPDATE SET
      ${changed.map((name) => `"${name}" = excluded."${name}"`).join(', ')}`
  }
  const add = (table: string, columns: Columns) =>
    `${insert(table, columns)} ON CONFLICT DO NOTHING`
  const remove = (table: string, key: Columns) => {
    const names = Object.keys(key)
    return `DELETE FROM ${table} WHERE (${names.join(', ')}) IN
      (SELECT ${names.map((name) => `n.${name}`).join(', ')} FROM ${rows(key)})`
  }

  const newest = `COALESCE((SELECT l.id FROM messages AS l WHERE l.chat_id = n.chat_id
        AND l."offset" < n.joined_offset ORDER BY l.id DESC LIMIT 1), 0)`

  return {
    setChats: set(
      'chats',
      CHAT,
      ['id'],
      ['title', 'visibility', 'history', 'slow_mode', 'retention', 'member_count'],
    ),
    setMembers: set('members', MEMBER, ['chat_id', 'user_id']),
    removeMembers: remove('members', PLACE),
    setStandings: set('standings', STANDING, ['chat_id', 'user_id']),
    removeStandings: remove('standings', PLACE),
    /**
     * Gives new members a cursor at the end of their chat: what was before they need not have read.
     * No offset is that of a move, since nobody is to be told of one.
     */
    beginCursors: `
      INSERT INTO chat_cursors (user_id, kind, chat_id, delivered, "read", "offset")
      SELECT n.user_id, 'chat', n.chat_id, ${newest}, ${newest}, -1
      FROM ${rows({ ...PLACE, joined_offset: 'bigint' })} WHERE true
      ON CONFLICT (user_id, kind, chat_id) DO UPDATE SET
        delivered = ${greater('chat_cursors.delivered', 'excluded.delivered')},
        "read" = ${greater('chat_cursors."read"', 'excluded."read"')}`,
    setBans: set('bans', BAN, ['chat_id', 'user_id']),
    removeBans: remove('bans', PLACE),
    addBlocks: add('blocks', BLOCK),
    removeBlocks: remove('blocks', BLOCK),
    setUsers: set('users', { id: 'bigint', name: 'text', avatar: 'text' }, ['id']),
    removeUsers: remove('users', { id: 'bigint' }),
    setReports: set('reports', REPORT, ['id'], ['resolution', 'resolved_by', 'resolved_at']),
    addPins: add('pins', { ...MESSAGE, chat_id: 'bigint', by: 'bigint', offset: 'bigint' }),
    removePins: remove('pins', MESSAGE),
    setSettings: set(
      'chat_settings',
      { user_id: 'bigint', kind: 'text', chat_id: 'bigint', notify: 'text' },
      ['user_id', 'kind', 'chat_id'],
    ),
    addFollows: add('thread_follows', FOLLOW),
    setFollows: set('thread_follows', FOLLOW, ['user_id', 'kind', 'message_id'], ['followed']),
    addActs: insert('admin_actions', ACT),
    /** Adds replies to threads: how many more, and the last of them. */
    growThreads: `${insert('threads', THREAD)} ON CONFLICT (kind, message_id) DO UPDATE SET
      replies = threads.replies + excluded.replies, last_reply = excluded.last_reply,
      last_reply_at = excluded.last_reply_at`,
    addMentions: add('mentions', { user_id: 'bigint', ...MESSAGE, chat_id: 'bigint' }),
    removeMentions: remove('mentions', MESSAGE),
    addUploadUses: add('upload_uses', { name: 'text', ...MESSAGE, chat_id: 'bigint' }),
    removeUploadUses: remove('upload_uses', MESSAGE),
  }
}
