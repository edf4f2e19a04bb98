import type { ChatKind } from '../../protocol/chat.ts'
import type { EventEntry, LogEntry, MessageEntry } from '../entries.ts'
import type { AboutMessage } from '../entry-base.ts'

/** A row that holds one entry of the log; what its type does not have is null. */
export interface EntryRow {
  type: LogEntry['type']
  kind: ChatKind
  id: bigint
  offset: bigint
  chat_id: bigint
  sender_id: bigint
  client_id: string | null
  content: string
  file_type: string | null
  file_paths: string | null
  reply_to: bigint | null
  created_at: Date | string
  edited_at: Date | string | null
  deleted_at: Date | string | null
  emoji: string | null
  removed: boolean | number | bigint | null
  status: 'open' | 'closed' | null
  assignee: bigint | null
  thread: bigint | null
  /** A JSON array of ids. */
  mentions: string | null
  hidden_from: bigint | null
  is_from_customer: boolean | number | bigint | null
  about_offset: bigint | null
  /** What else an event's type has, as JSON. */
  data: string | null
}

/** The entry that a row holds. */
export function toLogEntry(row: EntryRow): LogEntry {
  return row.type === 'message' ? toMessage(row) : toEvent(row, row.type)
}

/** The message that a row of a message holds. */
export function toMessage(row: EntryRow): MessageEntry {
  return {
    type: 'message',
    ...place(row),
    content: row.content,
    fileType: row.file_type ?? undefined,
    filePaths: row.file_paths ?? undefined,
    replyTo: idOrNone(row.reply_to),
    thread: idOrNone(row.thread),
    mentions: listOrNone(row.mentions),
    hiddenFrom: idOrNone(row.hidden_from),
    isFromCustomer: row.is_from_customer === null ? undefined : Boolean(row.is_from_customer),
    editedAt: row.edited_at === null ? undefined : toIso(row.edited_at),
    deletedAt: row.deleted_at === null ? undefined : toIso(row.deleted_at),
  }
}

function toEvent(row: EntryRow, type: EventEntry['type']): EventEntry {
  switch (type) {
    case 'edit':
      return {
        ...{ type, ...place(row), ...about(row), content: row.content },
        mentions: listOrNone(row.mentions),
      }
    case 'deletion': {
      const { author }: { author?: number } = dataOf(row)
      return { type, ...place(row), ...about(row), author }
    }
    case 'reaction': {
      const { emoji, removed } = row
      return { type, ...place(row), ...about(row), emoji: emoji!, removed: Boolean(removed) }
    }
    case 'support': {
      const assignee = row.assignee === null ? null : Number(row.assignee)
      return { type, ...place(row), status: row.status!, assignee }
    }
    case 'pin':
      return { type, ...place(row), ...about(row), ...dataOf(row) } as EventEntry
    default:
      return { type, ...place(row), ...dataOf(row) } as EventEntry
  }
}

function dataOf(row: EntryRow): object {
  return row.data === null ? {} : JSON.parse(row.data)
}

function about(row: EntryRow): AboutMessage {
  return {
    aboutOffset: Number(row.about_offset ?? 0),
    hiddenFrom: idOrNone(row.hidden_from),
  }
}

function place(row: EntryRow) {
  return {
    kind: row.kind,
    id: Number(row.id),
    offset: Number(row.offset),
    chatId: Number(row.chat_id),
    senderId: Number(row.sender_id),
    clientId: row.client_id ?? undefined,
    createdAt: toIso(row.created_at),
  }
}

/** An id that may be missing. */
export function idOrNone(id: bigint | null): number | undefined {
  return id === null ? undefined : Number(id)
}

/** Ids that are stored as a JSON array, of which there may be none. */
export function listOrNone(json: string | null): number[] | undefined {
  return json === null ? undefined : JSON.parse(json)
}

/** Ids as they are stored; null for none. */
export function storedList(ids: readonly number[] | undefined): string | undefined {
  return ids?.length ? JSON.stringify(ids) : undefined
}

/** ISO 8601 UTC with milliseconds, of a time as a database gives it. */
export function toIso(time: Date | string): string {
  return new Date(time).toISOString()
}

/** What a message brings to its row, beside its place in the log. */
export const MESSAGE_COLUMNS = [
  'sender_id',
  'client_id',
  'chat_id',
  'content',
  'file_type',
  'file_paths',
  'reply_to',
] as const
export type MessageColumn = (typeof MESSAGE_COLUMNS)[number]

/** A message as the values of MESSAGE_COLUMNS. */
export function messageValues(entry: MessageEntry): unknown[] {
  return [
    entry.senderId,
    entry.clientId,
    entry.chatId,
    entry.content,
    entry.fileType,
    entry.filePaths,
    entry.replyTo,
  ]
}

/** A message as the row that stores it. */
export function messageRow(entry: MessageEntry): object {
  const values = messageValues(entry)
  const columns = MESSAGE_COLUMNS.map((name, i) => [name, values[i]])
  return {
    offset: entry.offset,
    ...Object.fromEntries(columns),
    thread: entry.thread,
    mentions: storedList(entry.mentions),
    hidden_from: entry.hiddenFrom,
  }
}

/** The types of events that are about a chat alone. */
const OF_CHAT: readonly EventEntry['type'][] = ['support', 'chat', 'members', 'settings']

/** An event as the row that stores it. */
export function eventRow(entry: EventEntry): object {
  return {
    offset: entry.offset,
    type: entry.type,
    kind: entry.kind,
    chat_id: entry.chatId,
    message_id: OF_CHAT.includes(entry.type) ? undefined : entry.id,
    sender_id: entry.senderId,
    client_id: entry.clientId,
    ...('aboutOffset' in entry
      ? { about_offset: entry.aboutOffset, hidden_from: entry.hiddenFrom }
      : {}),
    ...ownColumns(entry),
  }
}

/** What the type of an event brings to its row. */
function ownColumns(entry: EventEntry): object {
  switch (entry.type) {
    case 'edit':
      return {}
    case 'deletion':
      return entry.author === undefined ? {} : { data: JSON.stringify({ author: entry.author }) }
    case 'reaction':
      return { emoji: entry.emoji, removed: entry.removed }
    case 'support':
      return { status: entry.status, assignee: entry.assignee }
    default:
      return { data: JSON.stringify(Object.fromEntries(Object.entries(entry).filter(isData))) }
  }
}

/** What events have in columns. */
const IN_COLUMNS = new Set([
  ...['type', 'kind', 'id', 'offset', 'chatId', 'senderId', 'clientId', 'createdAt'],
  ...['aboutOffset', 'hiddenFrom'],
])

function isData([key]: readonly [string, unknown]): boolean {
  return !IN_COLUMNS.has(key)
}

/** What a reaction is known by, as a row. */
export function reactionRow<
  Reaction extends { kind: 'chat' | 'support'; messageId: number; emoji: string; senderId: number },
>({ kind, messageId, emoji, senderId }: Reaction) {
  return { kind, message_id: messageId, emoji, sender_id: senderId }
}
