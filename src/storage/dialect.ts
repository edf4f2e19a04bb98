import type { UploadStatements } from './upload-statements.ts'

/** The statements of the log in one SQL dialect. Data goes only in their parameters. */
export interface Dialect {
  /** Takes the log for this transaction and reads `last_offset`: no parameters. */
  readonly lockLog: string
  /** Moves `last_offset`: the new one. */
  readonly moveLog: string
  /** Creates the log's row if there is none: the epoch. */
  readonly createLog: string
  /** Begins a new history: the new epoch and the one that it replaces. */
  readonly changeEpoch: string
  /**
   * Finds stored entries by name: a JSON array of `{sender_id, client_id}` → entry rows.
   */
  readonly findRepeats: string
  /**
   * Stores entries of one kind: a JSON array of `{offset, chat_id, sender_id, client_id, content,
   * file_type, file_paths}`, then `created_at` → `{id, offset}` rows in any order.
   */
  readonly insert: Readonly<Record<'chat' | 'support', string>>
  /** Reads the log: an offset and a limit → entry rows above that offset, in order. */
  readonly readAfter: string
  /** Reads one chat backwards: chat, an id and a limit → entry rows below that id, newest first. */
  readonly readHistory: Readonly<Record<'chat' | 'support', string>>
  /** Reads when messages were stored: an offset and a limit → rows above it, in order. */
  readonly readTimes: string
  /** Each deletes the messages of one kind: up to an offset. */
  readonly deleteUpTo: readonly string[]
  /** The statements about uploaded files. */
  readonly uploads: UploadStatements
  /** Turns an ISO 8601 time into what `insert` takes. */
  timestamp(iso: string): string
}

/** A row that holds one entry, `kind` and `chat_id` naming what the two tables name apart. */
export interface EntryRow {
  kind: 'chat' | 'support'
  id: bigint
  offset: bigint
  chat_id: bigint
  sender_id: bigint
  client_id: string | null
  content: string
  file_type: string | null
  file_paths: string | null
  created_at: Date | string
}

/** Kind → its table and what that table calls the chat. */
export const TABLES = {
  chat: { table: 'messages', chatColumn: 'chat_id' },
  support: { table: 'support_messages', chatColumn: 'support_chat_id' },
} as const

/** The columns of an EntryRow, read from the table of `kind` under the alias `m`. */
export function entryColumns(kind: 'chat' | 'support'): string {
  return `'${kind}' AS kind, m.id AS id, m."offset" AS "offset", m.${TABLES[kind].chatColumn} AS chat_id,
    m.sender_id AS sender_id, m.client_id AS client_id, m.content AS content,
    m.file_type AS file_type, m.file_paths AS file_paths, m.created_at AS created_at`
}
