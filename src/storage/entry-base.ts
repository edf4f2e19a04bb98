import type { ChatKind } from '../protocol/chat.ts'
import type { ChatRole } from '../protocol/chat-role.ts'

/**
 * What the sender of an entry may do beside what the sender's memberships say. Where an entry has none,
 * nobody is asked what they may (`--access open`).
 */
export interface Authority {
  /** Works the support desk. */
  readonly isAgent: boolean
  /** May do what a moderator or owner may, in every chat and on the server. */
  readonly isAdmin: boolean
  /** Chat → the role that the sender's token grants there. */
  readonly granted: ReadonlyMap<number, ChatRole>
  /** When the token was issued, in milliseconds since 1970: it grants no chat that was made later. */
  readonly issuedAtMs?: number | undefined
  /** Chats that the sender may make within 24 hours; 0 and undefined are no limit. */
  readonly chatsPerDay?: number | undefined
}

/**
 * Whether a token may grant a chat that was made at a time: one that names an id before it is given out cannot
 * mean what that becomes. Tokens tell whole seconds.
 *
 * @param madeAt ISO 8601; undefined of a chat that only tokens know of
 */
export function isGrantedBy(issuedAtMs: number | undefined, madeAt: string | undefined): boolean {
  if (madeAt === undefined) return true
  return issuedAtMs !== undefined && issuedAtMs >= Math.floor(Date.parse(madeAt) / 1000) * 1000
}

/** What every entry on its way into the log has. */
export interface New {
  readonly senderId: number
  /** The sender's own name for the entry; the log holds each (sender, name) once. */
  readonly clientId: string | undefined
  /** Undefined where nobody is asked what they may. */
  readonly authority?: Authority | undefined
}

/** What every entry of the log has. */
export interface Stored {
  readonly senderId: number
  readonly clientId: string | undefined
  /** Position in the one order of durable events, from 1, without gaps, in commit order. */
  readonly offset: number
  readonly kind: ChatKind
  readonly chatId: number
  /** Of the message that it is, or is about; of what is of no message, as its type says. */
  readonly id: number
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string
}

/** What an entry about a message keeps of it, for whoever may not read that. */
export interface AboutMessage {
  /** The message's own offset; 0 where it was stored before that was kept. */
  readonly aboutOffset: number
  /** The user who must not see the message. */
  readonly hiddenFrom: number | undefined
}
