import { z } from 'zod'
import {
  BlocksChanged,
  ChatChanged,
  ChatSettingsChanged,
  MembersChanged,
  MessagePinned,
  Reported,
  ReportResolved,
  ThreadFollowed,
  UserChanged,
} from './access-events.ts'
import { withChat, withMessage } from './chat-schema.ts'
import { FRAME_ERROR_CODES } from './error.ts'
import { answer, Offset } from './frame-fields.ts'
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
import { ANSWERS } from './questions.ts'

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
  /** Who may read what; open where it is not there. */
  access: z.literal('members').optional(),
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

export const UserTyping = withChat(
  z.object({ type: z.literal('TYPING'), userId: Id, typing: z.boolean() }),
)
export type UserTyping = z.infer<typeof UserTyping>

/** How far a user has come in a chat: ids of messages, 0 before the first. */
export const Receipt = withChat(
  z.object({ type: z.literal('RECEIPT'), userId: Id, delivered: Offset, read: Offset }),
)
export type Receipt = z.infer<typeof Receipt>

export const Ack = z.object({
  type: z.literal('ACK'),
  client_id: z.string(),
  /** Of the message, chat, user or report that the frame was about. */
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

/** All of a narrowed connection's chats up to this offset has been sent. */
const OffsetReached = z.object({ type: z.literal('OFFSET'), offset: Offset })

/** What an operator tells everyone who is connected; it is not stored. */
const Announcement = z.object({
  type: z.literal('ANNOUNCEMENT'),
  text: z.string(),
  timestamp: Timestamp,
})
export type Announcement = z.infer<typeof Announcement>

/** The token of an AUTH frame is good, and counts from now on. */
const Authenticated = z.object({
  type: z.literal('AUTHENTICATED'),
  /** When the connection ends unless another token comes; not there where it does not. */
  expiresAt: Timestamp.optional(),
  ...answer,
})

const Pong = z.object({ type: z.literal('PONG'), t: z.number(), serverTime: Timestamp })

export const ErrorFrame = z.object({
  type: z.literal('ERROR'),
  code: z.enum(FRAME_ERROR_CODES),
  message: z.string(),
  /** The `client_id` of the frame that was refused, where it had one. */
  ref: z.string().optional(),
  /** Until when the user's frames are refused, with RATE_LIMITED. */
  retry_after_ms: z.int().positive().optional(),
})
export type ErrorFrame = z.infer<typeof ErrorFrame>

/** A frame that the server may send. Clients ignore a `type` they do not know. */
export const ServerFrame = z.union([
  z.discriminatedUnion('type', [
    ConnectionEstablished,
    UserOnline,
    UserOffline,
    UserActivity,
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
    OffsetReached,
    Announcement,
    Pong,
    Authenticated,
    ErrorFrame,
    ChatChanged,
    MembersChanged,
    UserChanged,
    BlocksChanged,
    Reported,
    ReportResolved,
  ]),
  MessagePinned,
  ChatSettingsChanged,
  ThreadFollowed,
  Reaction,
  UserTyping,
  Receipt,
  ...ANSWERS,
])
export type ServerFrame = z.infer<typeof ServerFrame>
