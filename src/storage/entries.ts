import type { ChatKind } from '../protocol/chat.ts'

/** What every entry on its way into the log has. */
interface New {
  readonly senderId: number
  /** The sender's own name for the entry; the log holds each (sender, name) once. */
  readonly clientId: string | undefined
}

export interface NewMessageEntry extends New {
  readonly type: 'message'
  readonly kind: ChatKind
  readonly chatId: number
  readonly content: string
  readonly fileType: string | undefined
  readonly filePaths: string | undefined
  /** A message of the same chat. */
  readonly replyTo: number | undefined
  /** Whether a support agent wrote it: in a support chat, nobody waits for an answer then. */
  readonly isFromAgent: boolean
}

export interface NewEdit extends New {
  readonly type: 'edit'
  readonly kind: ChatKind
  readonly messageId: number
  readonly content: string
}

export interface NewDeletion extends New {
  readonly type: 'deletion'
  readonly kind: ChatKind
  readonly messageId: number
}

export interface NewReaction extends New {
  readonly type: 'reaction'
  readonly kind: ChatKind
  readonly messageId: number
  readonly emoji: string
  readonly removed: boolean
}

/** A change of a support chat; what is undefined stays. */
export interface NewSupportChange extends New {
  readonly type: 'support'
  readonly chatId: number
  readonly status: SupportStatus | undefined
  /** Null for nobody. */
  readonly assignee: number | null | undefined
}

/** Something on its way into the log. */
export type NewEntry = NewMessageEntry | NewEdit | NewDeletion | NewReaction | NewSupportChange

export type SupportStatus = 'open' | 'closed'

/** What every entry of the log has. */
interface Stored extends New {
  /** Position in the one order of durable events, from 1, without gaps, in commit order. */
  readonly offset: number
  readonly kind: ChatKind
  readonly chatId: number
  /** Of the message that it is, or is about; of a support chat's change, the chat's. */
  readonly id: number
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string
}

/** A message as it is now: with its newest content, or none once it was deleted. */
export interface MessageEntry extends Stored {
  readonly type: 'message'
  readonly content: string
  readonly fileType: string | undefined
  readonly filePaths: string | undefined
  readonly replyTo: number | undefined
  readonly editedAt: string | undefined
  readonly deletedAt: string | undefined
}

export interface EditEntry extends Stored {
  readonly type: 'edit'
  /** The content that the message has now, after this edit and later ones. */
  readonly content: string
}

export interface DeletionEntry extends Stored {
  readonly type: 'deletion'
}

export interface ReactionEntry extends Stored {
  readonly type: 'reaction'
  readonly emoji: string
  readonly removed: boolean
}

/** A support chat's whole state after a change. */
export interface SupportEntry extends Stored {
  readonly type: 'support'
  readonly status: SupportStatus
  readonly assignee: number | null
}

/** An entry of the log that is about a message or a support chat. */
export type EventEntry = EditEntry | DeletionEntry | ReactionEntry | SupportEntry

export type LogEntry = MessageEntry | EventEntry

/** How an entry is told apart by name, whoever appends it: undefined where it has none. */
export function nameOf({ senderId, clientId }: New): string | undefined {
  return clientId === undefined ? undefined : `${senderId} ${clientId}`
}
