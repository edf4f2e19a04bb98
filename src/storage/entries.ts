import type { ChatKind } from '../protocol/chat.ts'
import type { AccessEntry, NewAccessEntry } from './access-entries.ts'
import type { AboutMessage, New, Stored } from './entry-base.ts'

export interface NewMessageEntry extends New {
  readonly type: 'message'
  readonly kind: ChatKind
  readonly chatId: number
  readonly content: string
  readonly fileType: string | undefined
  readonly filePaths: string | undefined
  /** A message of the same chat. */
  readonly replyTo: number | undefined
  /** The message of the same chat whose thread this one belongs to. */
  readonly thread?: number | undefined
  /** Users that it names. */
  readonly mentions?: readonly number[] | undefined
  /** Whether a support agent wrote it: in a support chat, nobody waits for an answer then. */
  readonly isFromAgent: boolean
}

export interface NewEdit extends New {
  readonly type: 'edit'
  readonly kind: ChatKind
  readonly messageId: number
  readonly content: string
  /** Users that it names from now on; undefined leaves them as they are. */
  readonly mentions?: readonly number[] | undefined
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
export type NewEntry =
  | NewMessageEntry
  | NewEdit
  | NewDeletion
  | NewReaction
  | NewSupportChange
  | NewAccessEntry

export type SupportStatus = 'open' | 'closed'

/** A message as it is now: with its newest content, or none once it was deleted. */
export interface MessageEntry extends Stored {
  readonly type: 'message'
  readonly content: string
  readonly fileType: string | undefined
  readonly filePaths: string | undefined
  readonly replyTo: number | undefined
  readonly thread?: number | undefined
  readonly mentions?: readonly number[] | undefined
  /** The user who must not see it: one who had blocked its sender. */
  readonly hiddenFrom?: number | undefined
  /** Of a support message: whether its sender is the one who opened the chat. */
  readonly isFromCustomer?: boolean | undefined
  readonly editedAt: string | undefined
  readonly deletedAt: string | undefined
}

export interface EditEntry extends Stored, AboutMessage {
  readonly type: 'edit'
  /** The content that the message has now, after this edit and later ones. */
  readonly content: string
  /** Users that it names now. */
  readonly mentions?: readonly number[] | undefined
}

export interface DeletionEntry extends Stored, AboutMessage {
  readonly type: 'deletion'
  /** Who wrote the message, where a moderator deleted it. */
  readonly author: number | undefined
}

export interface ReactionEntry extends Stored, AboutMessage {
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

/** An entry of the log that is not a message itself. */
export type EventEntry = EditEntry | DeletionEntry | ReactionEntry | SupportEntry | AccessEntry

export type LogEntry = MessageEntry | EventEntry

/** How an entry is told apart by name, whoever appends it: undefined where it has none. */
export function nameOf({
  senderId,
  clientId,
}: Pick<New, 'senderId' | 'clientId'>): string | undefined {
  return clientId === undefined ? undefined : `${senderId} ${clientId}`
}
