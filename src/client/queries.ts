import type {
  Ban,
  ChangeChat,
  ChatSettings,
  CreateChat,
  Profile,
} from '../protocol/access-frames.ts'
import type { PublicChatsRequest, ReportsRequest } from '../protocol/access-questions.ts'
import type { ChatRef } from '../protocol/chat.ts'

/** Ends the waiting for an answer. What was asked may still have been done. */
export interface RequestOptions {
  readonly signal?: AbortSignal
}

/**
 * A page of one chat, or of the `thread` that begins with one of its messages: before an id, or the
 * newest; of at most `limit` messages, 1 to 1,000.
 */
export type HistoryQuery = { before?: number; limit?: number; thread?: number } & ChatRef

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

/** What a frame says besides its type and name. */
type Said<Frame> = Omit<Frame, 'type' | 'client_id'>

/** A chat to make: private, and with all of its history for those who join later, unless it says otherwise. */
export type NewChat = Said<CreateChat>

/** What to change about a chat: what is left out stays, and `null` takes it away. */
export type ChatChange = Omit<Said<ChangeChat>, 'chat_id'>

/** What the user is called and looks like: what is left out stays, and `null` takes it away. */
export type ProfileChange = Said<Profile>

/** Of what in a chat the user wants to be told by sound or sign. */
export type Notify = ChatSettings['notify']

/** How a ban is to be: of one chat, or by an admin of the server; for good, or `until` a time in ISO 8601. */
export type BanOptions = RequestOptions & Omit<Said<Ban>, 'user'>

/** A page of a list: after an id, or the first; of at most `limit`, 1 to 100. */
export interface ListQuery {
  readonly after?: number
  readonly limit?: number
}

/** Public chats whose title has words that begin with those of `text`, or all of them. */
export type PublicChatsQuery = Said<PublicChatsRequest>

/** Reports that wait, or `all`. */
export type ReportsQuery = Said<ReportsRequest>
