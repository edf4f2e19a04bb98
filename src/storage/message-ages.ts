import type { ChatKind } from '../protocol/chat.ts'

/** Messages of a kind, or of one chat, by ascending id. */
export interface AgesRange {
  readonly kind: ChatKind
  /** Undefined is all chats of the kind. */
  readonly chatId: number | undefined
  /** Only messages with an id above this. */
  readonly after: number
  readonly limit: number
}

/** How old a message is, and whose; without what it says. */
export interface MessageAge {
  readonly id: number
  readonly senderId: number
  /** ISO 8601. */
  readonly createdAt: string
  readonly isDeleted: boolean
  /** Of what it says. */
  readonly sizeBytes: number
}

/** A chat whose messages are deleted after a time. */
export interface KeptFor {
  readonly chatId: number
  readonly retentionSeconds: number
}
