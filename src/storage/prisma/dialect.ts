import type { ChatKind } from '../../protocol/chat.ts'
import type { UploadStatements } from './upload-statements.ts'

/** The type of a column that is read from JSON. */
export type ColumnType = 'bigint' | 'text' | 'boolean' | 'timestamp'

/** What two kinds of SQL say differently. Data goes only in the parameters of statements. */
export interface Dialect {
  /**
   * Takes the log for this transaction and reads `last_offset`: no parameters.
   */
  readonly lockLog: string
  /**
   * Whether each transaction is alone from its beginning, and the rows that it stores move
   * `last_offset` by themselves.
   */
  readonly isSingleWriter: boolean
  /** Gives room back that the database has taken beside its data, where it can. */
  readonly giveBackRoom?: string
  /** The statements about uploaded files. */
  readonly uploads: UploadStatements
  /** Stores something that means nothing, of some bytes where that matters: no parameters. */
  touchLog(sizeBytes: number): string
  /** The parameter with a number from 1. */
  parameter(number: number): string
  /**
   * The objects of a JSON array in the first parameter, as a table named `n` with these columns;
   * `n.key` counts from the first.
   */
  rows(columns: Readonly<Record<string, ColumnType>>): string
  /** Selects the numbers of a JSON array in the parameter with a number. */
  ids(number: number): string
  /** Values as the text of a JSON array; times are UTC, whether they say so or not. */
  jsonOf(values: readonly string[]): string
  /** The JSON text of an array with an array of these expressions for each row of a group. */
  jsonArrays(expressions: readonly string[]): string
  /** The greater, and the lesser, of two expressions. */
  greater(a: string, b: string): string
  lesser(a: string, b: string): string
  /** The parameter with a number, as a time. */
  time(number: number): string
  /** Turns an ISO 8601 time into what a parameter or a JSON row takes. */
  timestamp(iso: string): string
}

/** Kind → its table and what that table calls the chat. */
export const TABLES = {
  chat: { table: 'messages', chatColumn: 'chat_id' },
  support: { table: 'support_messages', chatColumn: 'support_chat_id' },
} as const satisfies Record<ChatKind, { table: string; chatColumn: string }>
