import { z } from 'zod'
import { withChat, withMessage } from './chat-schema.ts'
import { Id } from './id.ts'
import {
  MAX_CLIENT_ID_LENGTH,
  MAX_EMOJI_LENGTH,
  MAX_HISTORY,
  MAX_SEARCH_LENGTH,
  MAX_SEARCH_RESULTS,
  MAX_SUBSCRIPTIONS,
  MAX_TOKEN_LENGTH,
} from './limits.ts'

/**
 * Text that every database can hold: U+0000 is removed and a lone surrogate becomes U+FFFD
 * (libsql cuts the text at the first, PostgreSQL refuses both).
 */
const Text = z.string().transform((text) => text.replaceAll('\0', '').toWellFormed())

/** Text that is refused, not cleaned, where a database could not hold it. */
const ExactText = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must be well-formed text')

/**
 * The sender's own name for the frame. What it asks for is answered under this name, and a message
 * that is sent again under it is answered with the first one's ACK.
 */
const ClientId = ExactText.max(MAX_CLIENT_ID_LENGTH)

/** A frame that is answered, under the `client_id` where it has one. */
const request = { client_id: ClientId.optional() }

const sent = {
  sender_id: Id,
  content: Text,
  file_type: Text.optional(),
  file_paths: Text.optional(),
  /** The message of the same chat that this one answers. */
  reply_to: Id.optional(),
  ...request,
}

export const NewMessage = z.strictObject({ type: z.literal('NEW_MESSAGE'), chat_id: Id, ...sent })
export type NewMessage = z.infer<typeof NewMessage>

export const NewSupportMessage = z.strictObject({
  type: z.literal('NEW_SUPPORT_MESSAGE'),
  support_chat_id: Id,
  ...sent,
})
export type NewSupportMessage = z.infer<typeof NewSupportMessage>

/** Replaces the content of an own message. */
export const Edit = withMessage(
  z.strictObject({ type: z.literal('EDIT'), content: Text, ...request }),
)
export type Edit = z.infer<typeof Edit>

/** Takes an own message back; its id stays. */
export const Delete = withMessage(z.strictObject({ type: z.literal('DELETE'), ...request }))
export type Delete = z.infer<typeof Delete>

/** Adds one's reaction to a message, or removes it. */
export const React = withMessage(
  z.strictObject({
    type: z.literal('REACT'),
    emoji: ExactText.max(MAX_EMOJI_LENGTH),
    remove: z.boolean().optional(),
    ...request,
  }),
)
export type React = z.infer<typeof React>

/** Everything of a chat up to a message has reached the user. */
export const Delivered = withChat(z.strictObject({ type: z.literal('DELIVERED'), id: Id }))
export type Delivered = z.infer<typeof Delivered>

/** Everything of a chat up to a message was read by the user. */
export const Read = withChat(z.strictObject({ type: z.literal('READ'), id: Id }))
export type Read = z.infer<typeof Read>

export const Typing = withChat(z.strictObject({ type: z.literal('TYPING'), typing: z.boolean() }))
export type Typing = z.infer<typeof Typing>

export const Activity = z.strictObject({
  type: z.literal('ACTIVITY'),
  state: z.enum(['active', 'idle']),
})
export type Activity = z.infer<typeof Activity>

/** Asks who is here, and who was last. */
export const PresenceRequest = z.strictObject({ type: z.literal('PRESENCE'), ...request })
export type PresenceRequest = z.infer<typeof PresenceRequest>

const chatIds = z.array(Id).max(MAX_SUBSCRIPTIONS)

/**
 * Narrows the connection to some chats, instead of those before; without either list it is sent
 * all of them again.
 */
export const Subscribe = z.strictObject({
  type: z.literal('SUBSCRIBE'),
  chats: chatIds.optional(),
  support_chats: chatIds.optional(),
  ...request,
})
export type Subscribe = z.infer<typeof Subscribe>

/** Asks for the messages of one chat, the newest or those before an id. */
export const HistoryRequest = withChat(
  z.strictObject({
    type: z.literal('HISTORY'),
    /** Only messages with an id below this. */
    before: Id.optional(),
    limit: z.int().min(1).max(MAX_HISTORY).optional(),
    ...request,
  }),
)
export type HistoryRequest = z.infer<typeof HistoryRequest>

/** Asks for the chats that the user has written, read or received in. */
export const ChatsRequest = z.strictObject({ type: z.literal('CHATS'), ...request })
export type ChatsRequest = z.infer<typeof ChatsRequest>

/** Asks for messages with words, newest first, in all chats or in one. */
export const SearchRequest = z
  .strictObject({
    type: z.literal('SEARCH'),
    text: ExactText.max(MAX_SEARCH_LENGTH),
    chat_id: Id.optional(),
    support_chat_id: Id.optional(),
    /** Only messages with an offset below this: that of the last result of the page before. */
    before: Id.optional(),
    limit: z.int().min(1).max(MAX_SEARCH_RESULTS).optional(),
    ...request,
  })
  .refine(
    (frame) => frame.chat_id === undefined || frame.support_chat_id === undefined,
    'must not have both chat_id and support_chat_id',
  )
export type SearchRequest = z.infer<typeof SearchRequest>

/** Changes the state of a support chat; for agents. `assignee: null` leaves it to nobody. */
export const SupportUpdate = z.strictObject({
  type: z.literal('SUPPORT_UPDATE'),
  support_chat_id: Id,
  status: z.enum(['open', 'closed']).optional(),
  assignee: Id.nullable().optional(),
  ...request,
})
export type SupportUpdate = z.infer<typeof SupportUpdate>

/** Asks for the open support chats, those that wait longest first; for agents. */
export const SupportQueueRequest = z.strictObject({
  type: z.literal('SUPPORT_QUEUE'),
  ...request,
})
export type SupportQueueRequest = z.infer<typeof SupportQueueRequest>

/** Asks for an answer, to measure the round trip; `t` comes back as it is. */
export const Ping = z.strictObject({ type: z.literal('PING'), t: z.number() })
export type Ping = z.infer<typeof Ping>

/** A frame that is put into the log, and answered with an ACK. */
export type LogFrame = NewMessage | NewSupportMessage | Edit | Delete | React | SupportUpdate

/** The first frame of a connection that brings its token this way; later ones are refused. */
export const Auth = z.strictObject({
  type: z.literal('AUTH'),
  token: z.string().min(1).max(MAX_TOKEN_LENGTH),
})

/** A frame that a client may send. */
export type ClientFrame =
  | LogFrame
  | Delivered
  | Read
  | Typing
  | Activity
  | PresenceRequest
  | Subscribe
  | HistoryRequest
  | ChatsRequest
  | SearchRequest
  | SupportQueueRequest
  | Ping
