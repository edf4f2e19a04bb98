import type { KnownMessage } from '../../client/known-message.ts'

/** A message that the server has stored; another object when it has changed. */
export type StoredMessage = KnownMessage

/** An own message that no answer has come for. */
export interface PendingMessage {
  readonly type: 'pending'
  readonly clientId: string
  readonly senderId: number
  readonly content: string
  readonly createdAt: string
  readonly replyTo?: number
  readonly fileType?: string
  readonly filePaths?: string
}

/** A line from the client itself. */
export interface Notice {
  readonly type: 'notice'
  readonly text: string
  readonly createdAt: string
}

/** What a message pane shows, one below the other. */
export type PaneEntry = StoredMessage | PendingMessage | Notice

export function isStored(entry: PaneEntry): entry is StoredMessage {
  return 'id' in entry
}

/** What stays the same about an entry while it is shown: a stored message's id, others themselves. */
export function entryKey(entry: PaneEntry): number | PaneEntry {
  return isStored(entry) ? entry.id : entry
}
