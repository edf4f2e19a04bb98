import type { ChatRef } from '../protocol/chat.ts'

/** Ends the waiting for an answer. What was asked may still have been done. */
export interface RequestOptions {
  readonly signal?: AbortSignal
}

/** A page of one chat: before an id, or the newest; of at most `limit` messages, 1 to 1,000. */
export type HistoryQuery = { before?: number; limit?: number } & ChatRef

/**
 * What to search for, in all chats or in one. `before` is the offset of the last result of the
 * page before; `limit` is at most 100.
 */
export type SearchQuery = { text: string; before?: number; limit?: number } & (
  | ChatRef
  | { chat_id?: undefined; support_chat_id?: undefined }
)

/** What to change about a support chat; `assignee: null` leaves it to nobody. */
export interface SupportChatChange {
  readonly support_chat_id: number
  readonly status?: 'open' | 'closed'
  readonly assignee?: number | null
}
