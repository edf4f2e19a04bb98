import type { KnownMessage } from '../../client/known-message.ts'
import type { PendingMessage } from '../../view/draft.ts'

/** A message that the server has stored; another object when it has changed. */
export type StoredMessage = KnownMessage

/** A line from the client itself. */
export interface Notice {
  readonly type: 'notice'
  readonly text: string
  readonly created_at: string
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
