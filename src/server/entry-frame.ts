import type { MessagePayload, ServerFrame } from '../protocol/server-frames.ts'
import type { LogEntry } from '../storage/store.ts'

/** The frame that tells everyone of a log entry. */
export function entryFrame(entry: LogEntry): ServerFrame {
  return entry.kind === 'chat'
    ? { type: 'MESSAGE', payload: payload({ chat_id: entry.chatId }, entry) }
    : { type: 'SUPPORT_MESSAGE', payload: payload({ support_chat_id: entry.chatId }, entry) }
}

/** Key order is that of the classic frames; what they do not know stands last. */
function payload<Chat extends object>(
  chat: Chat,
  entry: LogEntry,
): Chat & Omit<MessagePayload, 'chat_id'> {
  return {
    id: entry.id,
    ...chat,
    sender_id: entry.senderId,
    content: entry.content,
    ...(entry.fileType === undefined ? {} : { file_type: entry.fileType }),
    ...(entry.filePaths === undefined ? {} : { file_paths: entry.filePaths }),
    created_at: entry.createdAt,
    offset: entry.offset,
  }
}
