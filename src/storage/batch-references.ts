import type { ChatKind } from '../protocol/chat.ts'
import type { NewEntry, NewReaction } from './entries.ts'

/** What the entries of a batch name of what may be stored already. */
export interface BatchReferences {
  /** Entries that have a name. */
  readonly named: readonly NewEntry[]
  /** Kind → ids of messages that are changed or answered, each once. */
  readonly messageIds: Readonly<Record<ChatKind, ReadonlySet<number>>>
  /** Those of them whose content is to be replaced. */
  readonly editedIds: Readonly<Record<ChatKind, ReadonlySet<number>>>
  readonly reactions: readonly NewReaction[]
  /** Support chats that are written in or changed, each once. */
  readonly supportChatIds: ReadonlySet<number>
}

/** Collects what a batch names, for whoever reads it before an AppendPlan is made. */
export function referencesOf(entries: readonly NewEntry[]): BatchReferences {
  const messageIds = { chat: new Set<number>(), support: new Set<number>() }
  const editedIds = { chat: new Set<number>(), support: new Set<number>() }
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
      if (entry.type === 'edit') editedIds[entry.kind].add(entry.messageId)
    }
  }
  return {
    named: entries.filter(({ clientId }) => clientId !== undefined),
    messageIds,
    editedIds,
    reactions: entries.filter((entry) => entry.type === 'reaction'),
    supportChatIds,
  }
}
