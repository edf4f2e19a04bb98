import type { ChatKind } from '../../protocol/chat.ts'
import type { EventEntry, LogEntry, MessageEntry } from '../entries.ts'

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
    replyTo: row.reply_to === null ? undefined : Number(row.reply_to),
    editedAt: row.edited_at === null ? undefined : toIso(row.edited_at),
    deletedAt: row.deleted_at === null ? undefined : toIso(row.deleted_at),
  }
}

function toEvent(row: EntryRow, type: EventEntry['type']): EventEntry {
  switch (type) {
    case 'edit':
      return { type, ...place(row), content: row.content }
    case 'deletion':
      return { type, ...place(row) }
    case 'reaction':
      return { type, ...place(row), emoji: row.emoji!, removed: Boolean(row.removed) }
    case 'support': {
      const assignee = row.assignee === null ? null : Number(row.assignee)
      return { type, ...place(row), status: row.status!, assignee }
    }
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
  return { offset: entry.offset, ...Object.fromEntries(columns) }
}

/** An event as the row that stores it. */
export function eventRow(entry: EventEntry): object {
  return {
    offset: entry.offset,
    type: entry.type,
    kind: entry.kind,
    chat_id: entry.chatId,
    message_id: entry.type === 'support' ? undefined : entry.id,
    sender_id: entry.senderId,
    client_id: entry.clientId,
    ...(entry.type === 'reaction' ? { emoji: entry.emoji, removed: entry.removed } : {}),
    ...(entry.type === 'support' ? { status: entry.status, assignee: entry.assignee } : {}),
  }
}

/** What a reaction is known by, as a row. */
export function reactionRow<
  Reaction extends { kind: 'chat' | 'support'; messageId: number; emoji: string; senderId: number },
>({ kind, messageId, emoji, senderId }: Reaction) {
  return { kind, message_id: messageId, emoji, sender_id: senderId }
}
