import type { MessagePayload, SupportMessagePayload } from '../protocol/payloads.ts'
import type { ServerFrame } from '../protocol/server-frames.ts'
import type { LogEntry } from '../storage/store.ts'

/** The frame that tells everyone of a log entry. */
export function entryFrame(entry: LogEntry): ServerFrame {
  return entry.kind === 'chat'
    ? { type: 'MESSAGE', payload: chatPayload(entry) }
    : { type: 'SUPPORT_MESSAGE', payload: supportPayload(entry) }
}

/** A chat message as clients see it. */
export function chatPayload(entry: LogEntry): MessagePayload {
  return { id: entry.id, chat_id: entry.chatId, ...common(entry) }
}

/** A support message as clients see it. */
export function supportPayload(entry: LogEntry): SupportMessagePayload {
  return { id: entry.id, support_chat_id: entry.chatId, ...common(entry) }
}

/** Key order is that of the classic frames; what they do not know stands last. */
function common(entry: LogEntry): Omit<MessagePayload, 'id' | 'chat_id'> {
  return {
    sender_id: entry.senderId,
    content: entry.content,
    ...(entry.fileType === undefined ? {} : { file_type: entry.fileType }),
    ...(entry.filePaths === undefined ? {} : { file_paths: entry.filePaths }),
    created_at: entry.createdAt,
    offset: entry.offset,
  }
}
