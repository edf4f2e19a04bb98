import { z } from 'zod'
import { Id } from './id.ts'

/** ISO 8601 UTC with milliseconds. */
const Timestamp = z.iso.datetime({ precision: 3 })

/** A position in the one order of durable events; 0 is before the first. */
const Offset = z.int().nonnegative()

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
  limits: z.object({ maxMessageBytes: z.int().positive() }),
  /** Users with at least one open connection, this one's included. */
  online: z.array(Id),
})
export type ConnectionEstablished = z.infer<typeof ConnectionEstablished>

const status = { userId: Id, timestamp: Timestamp }
const UserOnline = z.object({ type: z.literal('USER_ONLINE'), ...status })
const UserOffline = z.object({ type: z.literal('USER_OFFLINE'), ...status })

const stored = {
  id: Id,
  sender_id: Id,
  content: z.string(),
  file_type: z.string().optional(),
  file_paths: z.string().optional(),
  created_at: Timestamp,
  offset: Id,
}

export const MessagePayload = z.object({ chat_id: Id, ...stored })
export type MessagePayload = z.infer<typeof MessagePayload>

export const SupportMessagePayload = z.object({ support_chat_id: Id, ...stored })
export type SupportMessagePayload = z.infer<typeof SupportMessagePayload>

const Message = z.object({ type: z.literal('MESSAGE'), payload: MessagePayload })
const SupportMessage = z.object({
  type: z.literal('SUPPORT_MESSAGE'),
  payload: SupportMessagePayload,
})

export const Ack = z.object({
  type: z.literal('ACK'),
  client_id: z.string(),
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

const page = { before: Id.optional(), has_more: z.boolean() }
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

export const ErrorFrame = z.object({
  type: z.literal('ERROR'),
  code: z.enum([
    'INVALID_JSON',
    'INVALID_FRAME',
    'UNKNOWN_TYPE',
    'SENDER_MISMATCH',
    'STORAGE_UNAVAILABLE',
    'INTERNAL',
  ]),
  message: z.string(),
  /** The `client_id` of the frame that was refused, where it had one. */
  ref: z.string().optional(),
})
export type ErrorFrame = z.infer<typeof ErrorFrame>

/** A frame that the server may send. Clients ignore a `type` they do not know. */
export const ServerFrame = z.union([
  z.discriminatedUnion('type', [
    ConnectionEstablished,
    UserOnline,
    UserOffline,
    Message,
    SupportMessage,
    Ack,
    Resumed,
    ResumeFailed,
    ErrorFrame,
  ]),
  History,
])
export type ServerFrame = z.infer<typeof ServerFrame>
