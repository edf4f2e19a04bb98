import { z } from 'zod'
import { withChat, withMessage } from './chat-schema.ts'
import { Id } from './id.ts'
import {
  DeletionPayload,
  EditPayload,
  MessagePayload,
  SupportChatPayload,
  SupportDeletionPayload,
  SupportEditPayload,
  SupportMessagePayload,
  Timestamp,
} from './payloads.ts'

/** A position in the one order of durable events; 0 is before the first. */
const Offset = z.int().nonnegative()

/** An answer repeats the `client_id` of what it answers, where that had one. */
const answer = { client_id: z.string().optional() }

export const ConnectionEstablished = z.object({
  type: z.literal('CONNECTION_ESTABLISHED'),
  userId: Id,
  timestamp: Timestamp,
  protocol: z.literal(1),
  /** Names this one connection. */
  sessionId: z.string(),
  /** Names the history that offsets count in; another epoch means other offsets. */
  epoch: z.string(),
  /** Every durable event after this one will be sent on this connection. */
  offset: Offset,
  /** What the server takes; what is not there is not limited. */
  limits: z.object({
    maxMessageBytes: z.int().positive(),
    /** UTF-16 code units of a message's content. */
    maxContentLength: z.int().positive().optional(),
    /** Frames a second of this user, over all its connections, in the long run. */
    messagesPerSecond: z.number().positive().optional(),
    /** Frames that may come at once. */
    messageBurst: z.int().positive().optional(),
  }),
  /** Users with at least one open connection, this one's included. */
  online: z.array(Id),
})
export type ConnectionEstablished = z.infer<typeof ConnectionEstablished>

const status = { userId: Id, timestamp: Timestamp }
const UserOnline = z.object({ type: z.literal('USER_ONLINE'), ...status })
const UserOffline = z.object({ type: z.literal('USER_OFFLINE'), ...status })

const UserActivity = z.object({
  type: z.literal('USER_ACTIVITY'),
  state: z.enum(['active', 'idle']),
  ...status,
})
export type UserActivity = z.infer<typeof UserActivity>

const UserPresence = z.object({
  userId: Id,
  status: z.enum(['active', 'idle', 'offline']),
  /** Open connections; 0 when offline. */
  connections: z.int().nonnegative(),
  /** When the last connection closed; of users that are offline. */
  lastSeen: Timestamp.optional(),
})
export type UserPresence = z.infer<typeof UserPresence>

export const Presence = z.object({
  type: z.literal('PRESENCE'),
  users: z.array(UserPresence),
  ...answer,
})
export type Presence = z.infer<typeof Presence>

const Message = z.object({ type: z.literal('MESSAGE'), payload: MessagePayload })
const SupportMessage = z.object({
  type: z.literal('SUPPORT_MESSAGE'),
  payload: SupportMessagePayload,
})
const MessageEdited = z.object({ type: z.literal('MESSAGE_EDITED'), payload: EditPayload })
const SupportMessageEdited = z.object({
  type: z.literal('SUPPORT_MESSAGE_EDITED'),
  payload: SupportEditPayload,
})
const MessageDeleted = z.object({ type: z.literal('MESSAGE_DELETED'), payload: DeletionPayload })
const SupportMessageDeleted = z.object({
  type: z.literal('SUPPORT_MESSAGE_DELETED'),
  payload: SupportDeletionPayload,
})
const SupportChat = z.object({ type: z.literal('SUPPORT_CHAT'), payload: SupportChatPayload })

/** Names its message and that message's chat. */
export const Reaction = withMessage(
  z.object({
    type: z.literal('REACTION'),
    chat_id: Id.optional(),
    support_chat_id: Id.optional(),
    userId: Id,
    emoji: z.string(),
    removed: z.boolean(),
    offset: Id,
  }),
)
export type Reaction = z.infer<typeof Reaction>

export const Typing = withChat(
  z.object({ type: z.literal('TYPING'), userId: Id, typing: z.boolean() }),
)
export type Typing = z.infer<typeof Typing>

/** How far a user has come in a chat: ids of messages, 0 before the first. */
export const Receipt = withChat(
  z.object({ type: z.literal('RECEIPT'), userId: Id, delivered: Offset, read: Offset }),
)
export type Receipt = z.infer<typeof Receipt>

export const Ack = z.object({
  type: z.literal('ACK'),
  client_id: z.string(),
  /** Of the message, or of the support chat, that the frame was about. */
  id: Id,
  offset: Id,
  created_at: Timestamp,
})
export type Ack = z.infer<typeof Ack>

const Resumed = z.object({ type: z.literal('RESUMED'), offset: Offset })
const ResumeFailed = z.object({
  type: z.literal('RESUME_FAILED'),
  epoch: z.string(),
  offset: Offset,
})

export const Subscribed = z.object({
  type: z.literal('SUBSCRIBED'),
  chats: z.array(Id).optional(),
  support_chats: z.array(Id).optional(),
  /** Durable events after this one are sent only if they are of these chats. */
  offset: Offset,
  ...answer,
})
export type Subscribed = z.infer<typeof Subscribed>

/** All of a narrowed connection's chats up to this offset has been sent. */
const OffsetReached = z.object({ type: z.literal('OFFSET'), offset: Offset })

const page = { before: Id.optional(), has_more: z.boolean(), ...answer }
export const History = z.union([
  z.object({
    type: z.literal('HISTORY'),
    chat_id: Id,
    messages: z.array(MessagePayload),
    ...page,
  }),
  z.object({
    type: z.literal('HISTORY'),
    support_chat_id: Id,
    messages: z.array(SupportMessagePayload),
    ...page,
  }),
])
export type History = z.infer<typeof History>

const summary = {
  /** The newest message. */
  last_message: z.union([MessagePayload, SupportMessagePayload]).optional(),
  /** Messages of others above `read`; counting stops at 1,000. */
  unread: z.int().nonnegative(),
  delivered: Offset,
  read: Offset,
}
const ChatSummary = withChat(z.object(summary))
export type ChatSummary = z.infer<typeof ChatSummary>

export const Chats = z.object({ type: z.literal('CHATS'), chats: z.array(ChatSummary), ...answer })
export type Chats = z.infer<typeof Chats>

/** Names a message and its chat. */
const SearchResult = withMessage(
  z.object({
    chat_id: Id.optional(),
    support_chat_id: Id.optional(),
    sender_id: Id,
    created_at: Timestamp,
    offset: Id,
    /** The part of the content around what was found. */
    snippet: z.string(),
  }),
)
export type SearchResult = z.infer<typeof SearchResult>

/** Newest first. */
export const SearchResults = z.object({
  type: z.literal('SEARCH'),
  text: z.string(),
  chat_id: Id.optional(),
  support_chat_id: Id.optional(),
  before: Id.optional(),
  results: z.array(SearchResult),
  has_more: z.boolean(),
  ...answer,
})
export type SearchResults = z.infer<typeof SearchResults>

const QueuedChat = z.object({
  support_chat_id: Id,
  assignee: Id.nullable(),
  /** When the oldest message that no agent has answered was stored; null when none waits. */
  waiting_since: Timestamp.nullable(),
  waiting_seconds: z.int().nonnegative(),
  last_message: SupportMessagePayload.optional(),
})
export type QueuedChat = z.infer<typeof QueuedChat>

export const SupportQueue = z.object({
  type: z.literal('SUPPORT_QUEUE'),
  chats: z.array(QueuedChat),
  ...answer,
})
export type SupportQueue = z.infer<typeof SupportQueue>

/** What an operator tells everyone who is connected; it is not stored. */
const Announcement = z.object({
  type: z.literal('ANNOUNCEMENT'),
  text: z.string(),
  timestamp: Timestamp,
})
export type Announcement = z.infer<typeof Announcement>

const Pong = z.object({ type: z.literal('PONG'), t: z.number(), serverTime: Timestamp })

export const ErrorFrame = z.object({
  type: z.literal('ERROR'),
  code: z.enum([
    'INVALID_JSON',
    'INVALID_FRAME',
    'UNKNOWN_TYPE',
    'SENDER_MISMATCH',
    'RATE_LIMITED',
    'TOO_LARGE',
    'NOT_FOUND',
    'FORBIDDEN',
    'STORAGE_UNAVAILABLE',
    'INTERNAL',
  ]),
  message: z.string(),
  /** The `client_id` of the frame that was refused, where it had one. */
  ref: z.string().optional(),
  /** Until when the user's frames are refused, with RATE_LIMITED. */
  retry_after_ms: z.int().positive().optional(),
})
export type ErrorFrame = z.infer<typeof ErrorFrame>

/** The answer to a question of a client, told by its `type` and `client_id`. */
export type AnswerFrame = Presence | Subscribed | History | Chats | SearchResults | SupportQueue

/** A frame that the server may send. Clients ignore a `type` they do not know. */
export const ServerFrame = z.union([
  z.discriminatedUnion('type', [
    ConnectionEstablished,
    UserOnline,
    UserOffline,
    UserActivity,
    Presence,
    Message,
    SupportMessage,
    MessageEdited,
    SupportMessageEdited,
    MessageDeleted,
    SupportMessageDeleted,
    SupportChat,
    Ack,
    Resumed,
    ResumeFailed,
    Subscribed,
    OffsetReached,
    Chats,
    SearchResults,
    SupportQueue,
    Announcement,
    Pong,
    ErrorFrame,
  ]),
  Reaction,
  Typing,
  Receipt,
  History,
])
export type ServerFrame = z.infer<typeof ServerFrame>
