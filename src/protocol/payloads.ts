import { z } from 'zod'
import { Id } from './id.ts'

/** ISO 8601 UTC with milliseconds. */
export const Timestamp = z.iso.datetime({ precision: 3 })

/** A reaction, and the users who gave it, in the order in which they did. */
const Reactions = z.array(z.object({ emoji: z.string(), userIds: z.array(Id).min(1) }))

const stored = {
  id: Id,
  sender_id: Id,
  /** Whether `content` is only the beginning; in lists of chats. */
  clipped: z.literal(true).optional(),
  /** As it is now: an edited message has its newest content, a deleted one none. */
  content: z.string(),
  file_type: z.string().optional(),
  file_paths: z.string().optional(),
  reply_to: Id.optional(),
  created_at: Timestamp,
  edited_at: Timestamp.optional(),
  deleted_at: Timestamp.optional(),
  /** The message whose thread it belongs to. */
  thread: Id.optional(),
  /** Users that it names. */
  mentions: z.array(Id).optional(),
  /** Only in HISTORY, of a message with a thread. */
  replies: z.object({ count: z.int().positive(), last_id: Id, last_at: Timestamp }).optional(),
  /** Only in HISTORY: what follows the log learns of each by itself. */
  reactions: Reactions.optional(),
  offset: Id,
  /** The name that its sender gave it; in HISTORY, and only for the sender. */
  client_id: z.string().optional(),
}

export const MessagePayload = z.object({ chat_id: Id, ...stored })
export type MessagePayload = z.infer<typeof MessagePayload>

export const SupportMessagePayload = z.object({ support_chat_id: Id, ...stored })
export type SupportMessagePayload = z.infer<typeof SupportMessagePayload>

const edited = {
  id: Id,
  sender_id: Id,
  content: z.string(),
  /** Whom the message mentions now; not there where that is nobody. */
  mentions: z.array(Id).optional(),
  edited_at: Timestamp,
  offset: Id,
}

export const EditPayload = z.object({ chat_id: Id, ...edited })
export type EditPayload = z.infer<typeof EditPayload>

export const SupportEditPayload = z.object({ support_chat_id: Id, ...edited })
export type SupportEditPayload = z.infer<typeof SupportEditPayload>

const deleted = {
  id: Id,
  /** Who wrote the message. */
  sender_id: Id,
  deleted_at: Timestamp,
  /** The moderator who deleted it, where its sender did not; 0 is whoever runs the server. */
  by: z.int().nonnegative().optional(),
  offset: Id,
}

export const DeletionPayload = z.object({ chat_id: Id, ...deleted })
export type DeletionPayload = z.infer<typeof DeletionPayload>

export const SupportDeletionPayload = z.object({ support_chat_id: Id, ...deleted })
export type SupportDeletionPayload = z.infer<typeof SupportDeletionPayload>

const SupportStatus = z.enum(['open', 'closed'])

export const SupportChatPayload = z.object({
  support_chat_id: Id,
  status: SupportStatus,
  assignee: Id.nullable(),
  /** Who changed it: an agent, or the customer whose message opened it again. */
  changed_by: Id,
  changed_at: Timestamp,
  offset: Id,
})
export type SupportChatPayload = z.infer<typeof SupportChatPayload>
