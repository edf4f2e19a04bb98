import type { ChatKind } from '../protocol/chat.ts'
import type { Membership, Reader } from './access-records.ts'

/** How far a user has come in a chat: ids of messages, 0 before the first. */
export interface ChatCursor {
  readonly userId: number
  readonly kind: ChatKind
  readonly chatId: number
  readonly delivered: number
  /** At most `delivered`. */
  readonly read: number
}

/** A cursor, and where the log stood when it last moved. */
export interface MovedCursor extends ChatCursor {
  readonly offset: number
}

/** Chats of a user that are told. */
export const MAX_CHATS = 1_000

/** Messages of a chat that are looked at to count those that are unread. */
export const MAX_UNREAD = 1_000

/** A chat as one user sees it. */
export interface ChatOfUser extends ChatCursor {
  /** The offset of the chat's newest message; 0 where it has none any more. */
  readonly newest: number
  /** Messages of others that are not deleted, among the newest `MAX_UNREAD` above `read`. */
  readonly unread: number
  /** Those of them that mention the user; counting stops at 1,000. */
  readonly mentions: number
  readonly notify: 'all' | 'mentions' | 'none'
  /** The user's place in it, where chats have members. */
  readonly membership: Membership | undefined
}

/** How far users have come in chats. All calls throw STORAGE_UNAVAILABLE. */
export interface ChatCursors {
  /**
   * Moves cursors forward, never back and never beyond the chat's newest message, and makes those
   * that are new, but in no chat without any message. Returns the cursors that moved.
   */
  advance(cursors: readonly ChatCursor[]): Promise<ChatCursor[]>
  /** The cursors that moved when the log stood at an offset or later, by that; of more than `limit`, the latest. */
  movedSince(offset: number, limit: number): Promise<MovedCursor[]>
  /**
   * The chats in which a user has a cursor, those with the newest messages first; `MAX_CHATS` at
   * most. However many there are, they are read in steps, between which others have their turn.
   * With a reader, those that the reader is a member of, was granted or opened, and what of them the
   * reader may read.
   */
  chatsOf(userId: number, reader?: Reader): Promise<ChatOfUser[]>
}

/** An open support chat. */
export interface QueuedChat {
  readonly chatId: number
  /** The agent who has it; null for nobody. */
  readonly assignee: number | null
  /** When the oldest message came that no agent has answered, ISO 8601; null if none waits. */
  readonly waitingSince: string | null
  /** The offset of its newest message; 0 where it has none any more. */
  readonly newest: number
}

/** When a user was last here. */
export interface LastSeen {
  readonly userId: number
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string
}

/** When users were last here. All calls throw STORAGE_UNAVAILABLE. */
export interface LastSeenTimes {
  /**
   * Notes times that are not before those known already. One known from the future, of a clock that
   * was wrong, gives way to any.
   */
  note(times: readonly LastSeen[]): Promise<void>
  /**
   * The newest times first, none of the future. With a user, only of those who share one of up to
   * 1,000 chats with that user that have at most 1,000 members.
   */
  newest(limit: number, sharingWith?: number): Promise<LastSeen[]>
}

/** What to search for. */
export interface SearchQuery {
  /** A message is found when each word of it begins a word of the message; case does not matter. */
  readonly text: string
  readonly chat: { readonly kind: ChatKind; readonly id: number } | undefined
  /** Only messages with an offset below this; all where undefined. */
  readonly before: number | undefined
  /** Only what this reader may read; everything where undefined. */
  readonly reader?: Reader | undefined
  readonly limit: number
}
