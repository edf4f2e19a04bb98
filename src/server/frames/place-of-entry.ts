import { chatKey } from '../../protocol/chat.ts'
import type { LogEntry } from '../../storage/entries.ts'
import { type Audience, NOBODY, type Place } from './audience.ts'

/** Whom an entry of the log is told to. */
export type PlaceOf = (entry: LogEntry) => Place

/** Where everyone may read everything. What is for single users is sent to them beside the log. */
export function openPlaceOf(entry: LogEntry): Place {
  switch (entry.type) {
    case 'user':
      return undefined
    case 'ban':
    case 'block':
    case 'report':
    case 'resolution':
    case 'settings':
    case 'follow':
      return NOBODY
    default:
      return chatKey(entry.kind, entry.chatId)
  }
}

/** Where chats have members. */
export function membersPlaceOf(entry: LogEntry): Audience | typeof NOBODY {
  switch (entry.type) {
    case 'message': {
      const { offset, hiddenFrom } = entry
      const chat = chatKey(entry.kind, entry.chatId)
      return { chat, messageOffset: offset, isNew: true, hiddenFrom }
    }
    case 'edit':
    case 'deletion':
    case 'reaction':
    case 'pin': {
      const { aboutOffset, hiddenFrom } = entry
      return { chat: chatKey(entry.kind, entry.chatId), messageOffset: aboutOffset, hiddenFrom }
    }
    case 'support':
    case 'chat':
      return { chat: chatKey(entry.kind, entry.chatId) }
    case 'members':
      return { chat: chatKey(entry.kind, entry.chatId), users: entry.removed }
    case 'user':
      return {
        chats: entry.chatIds.map((id) => chatKey('chat', id)),
        ...{ users: [entry.id], about: entry.id, before: entry.offset },
      }
    case 'ban':
      return NOBODY
    case 'block':
    case 'settings':
    case 'follow':
      return { users: [entry.senderId] }
    case 'report':
    case 'resolution':
      return { chat: chatKey(entry.kind, entry.chatId), isForModerators: true }
  }
}
