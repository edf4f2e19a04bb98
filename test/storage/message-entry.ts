import type { MessageEntry, NewMessageEntry } from '../../src/storage/entries.ts'

/** A message as it stands in the log right after it was stored. */
export function messageEntry(
  { isFromAgent, ...message }: NewMessageEntry,
  place: { id: number; offset: number; createdAt: string },
): MessageEntry {
  return { ...message, ...place, editedAt: undefined, deletedAt: undefined }
}
