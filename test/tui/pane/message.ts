import type { StoredMessage } from '../../../src/tui/pane/pane-entry.ts'

export const NOON = new Date(2024, 0, 1, 12, 0, 0).toISOString()

/** A message of user 2, as the server stored it at noon. */
export function message(
  id: number,
  content: string,
  more: Partial<StoredMessage> = {},
): StoredMessage {
  return { id, sender_id: 2, content, created_at: NOON, reactions: [], offset: id, ...more }
}
