import { chatRef, messageRef } from '../../protocol/chat.ts'
import type { MessagePayload, SupportMessagePayload } from '../../protocol/payloads.ts'
import type { ServerFrame } from '../../protocol/server-frames.ts'
import type {
  DeletionEntry,
  EditEntry,
  LogEntry,
  MessageEntry,
  ReactionEntry,
} from '../../storage/entries.ts'
import type { HistoryEntry, StandingReaction } from '../../storage/store.ts'
import { accessFrame } from './access-frame.ts'

/** The frame that tells of a log entry; undefined where none does. */
export function entryFrame(entry: LogEntry): ServerFrame | undefined {
  switch (entry.type) {
    case 'message':
      return entry.kind === 'chat'
        ? { type: 'MESSAGE', payload: chatPayload(entry) }
        : { type: 'SUPPORT_MESSAGE', payload: supportPayload(entry) }
    case 'edit':
      return entry.kind === 'chat'
        ? { type: 'MESSAGE_EDITED', payload: { chat_id: entry.chatId, ...edited(entry) } }
        : {
            type: 'SUPPORT_MESSAGE_EDITED',
            payload: { support_chat_id: entry.chatId, ...edited(entry) },
          }
    case 'deletion':
      return entry.kind === 'chat'
        ? { type: 'MESSAGE_DELETED', payload: { chat_id: entry.chatId, ...deleted(entry) } }
        : {
            type: 'SUPPORT_MESSAGE_DELETED',
            payload: { support_chat_id: entry.chatId, ...deleted(entry) },
          }
    case 'reaction':
      return reactionFrame(entry)
    case 'support':
      return {
        type: 'SUPPORT_CHAT',
        payload: {
          support_chat_id: entry.chatId,
          status: entry.status,
          assignee: entry.assignee,
          changed_by: entry.senderId,
          changed_at: entry.createdAt,
          offset: entry.offset,
        },
      }
    default:
      return accessFrame(entry)
  }
}

/** A chat message as clients see it. */
export function chatPayload(entry: MessageEntry): MessagePayload {
  return { id: entry.id, chat_id: entry.chatId, ...common(entry) }
}

/** A support message as clients see it. */
export function supportPayload(entry: MessageEntry): SupportMessagePayload {
  return { id: entry.id, support_chat_id: entry.chatId, ...common(entry) }
}

/** A message as one user sees it: who has named it finds that name again. */
export function ownNamed<Payload extends object>(
  payload: Payload,
  { senderId, clientId }: MessageEntry,
  userId: number | undefined,
): Payload & { client_id?: string } {
  if (clientId === undefined || senderId !== userId) return payload
  return { ...payload, client_id: clientId }
}

/** A message of either kind as clients see it. */
export function messagePayload(entry: MessageEntry): MessagePayload | SupportMessagePayload {
  return entry.kind === 'chat' ? chatPayload(entry) : supportPayload(entry)
}

/** Key order is that of the classic frames; what they do not know stands last. */
function common(
  entry: MessageEntry & {
    readonly reactions?: readonly StandingReaction[]
    readonly replies?: HistoryEntry['replies']
  },
) {
  return {
    sender_id: entry.senderId,
    content: entry.content,
    ...(entry.fileType === undefined ? {} : { file_type: entry.fileType }),
    ...(entry.filePaths === undefined ? {} : { file_paths: entry.filePaths }),
    created_at: entry.createdAt,
    offset: entry.offset,
    ...(entry.replyTo === undefined ? {} : { reply_to: entry.replyTo }),
    ...(entry.thread === undefined ? {} : { thread: entry.thread }),
    ...(entry.mentions === undefined ? {} : { mentions: [...entry.mentions] }),
    ...(entry.editedAt === undefined ? {} : { edited_at: entry.editedAt }),
    ...(entry.deletedAt === undefined ? {} : { deleted_at: entry.deletedAt }),
    ...(entry.replies === undefined
      ? {}
      : {
          replies: {
            count: entry.replies.count,
            last_id: entry.replies.lastId,
            last_at: entry.replies.lastAt,
          },
        }),
    ...(entry.reactions?.length
      ? {
          reactions: entry.reactions.map(({ emoji, userIds }) => ({
            emoji,
            userIds: [...userIds],
          })),
        }
      : {}),
  }
}

function edited(entry: EditEntry) {
  const { id, senderId, content, mentions, createdAt, offset } = entry
  const about = { id, sender_id: senderId, content, edited_at: createdAt, offset }
  return mentions === undefined ? about : { ...about, mentions: [...mentions] }
}

function deleted({ id, senderId, author, createdAt, offset }: DeletionEntry) {
  return author === undefined
    ? { id, sender_id: senderId, deleted_at: createdAt, offset }
    : { id, sender_id: author, deleted_at: createdAt, by: senderId, offset }
}

function reactionFrame({ kind, id, chatId, senderId, emoji, removed, offset }: ReactionEntry) {
  const about = { ...messageRef(kind, id), ...chatRef(kind, chatId) }
  return { type: 'REACTION', ...about, userId: senderId, emoji, removed, offset } as const
}
