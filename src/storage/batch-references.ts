import type { ChatKind } from '../protocol/chat.ts'
import type { NewEdit, NewEntry, NewReaction } from './entries.ts'

/** What the entries of a batch name of what may be stored already. */
export interface BatchReferences {
  /** Entries that have a name. */
  readonly named: readonly NewEntry[]
  /** Kind → ids of messages that are changed or answered, each once. */
  readonly messageIds: Readonly<Record<ChatKind, ReadonlySet<number>>>
  /** Kind → of those whose content is to be replaced, bytes of the longest that it is replaced by. */
  readonly editedBytes: Readonly<Record<ChatKind, ReadonlyMap<number, number>>>
  readonly reactions: readonly NewReaction[]
  /** Support chats that are written in or changed, each once. */
  readonly supportChatIds: ReadonlySet<number>
}

/** Collects what a batch names, for whoever reads it before an AppendPlan is made. */
export function referencesOf(entries: readonly NewEntry[]): BatchReferences {
  const messageIds = { chat: new Set<number>(), support: new Set<number>() }
  const editedBytes = { chat: new Map<number, number>(), support: new Map<number, number>() }
  const supportChatIds = new Set<number>()
  for (const entry of entries) {
    if (entry.type === 'support') {
      supportChatIds.add(entry.chatId)
    } else if (entry.type === 'message') {
      for (const id of [entry.replyTo, entry.thread])
        if (id !== undefined) messageIds[entry.kind].add(id)
      if (entry.kind === 'support') supportChatIds.add(entry.chatId)
    } else if ('messageId' in entry) {
      messageIds[entry.kind].add(entry.messageId)
      if (entry.type === 'edit') noteLongest(editedBytes[entry.kind], entry)
    }
  }
  return {
    named: entries.filter(({ clientId }) => clientId !== undefined),
    messageIds,
    editedBytes,
    reactions: entries.filter((entry) => entry.type === 'reaction'),
    supportChatIds,
  }
}

function noteLongest(bytes: Map<number, number>, { messageId, content }: NewEdit): void {
  bytes.set(messageId, Math.max(bytes.get(messageId) ?? 0, Buffer.byteLength(content)))
}
