import { z } from 'zod'
import { ACCESS_FRAMES } from './access-frames.ts'
import { withChat, withMessage } from './chat-schema.ts'
import { ExactText, request, Text, textUpTo } from './frame-fields.ts'
import { Id } from './id.ts'
import {
  MAX_EMOJI_LENGTH,
  MAX_FILE_PATHS_LENGTH,
  MAX_FILE_TYPE_LENGTH,
  MAX_MENTIONS,
  MAX_TOKEN_LENGTH,
} from './limits.ts'
import { QUESTIONS } from './questions.ts'

/** Users that a message names. */
const mentions = z.array(Id).max(MAX_MENTIONS).optional()

const sent = {
  sender_id: Id,
  content: Text,
  file_type: textUpTo(MAX_FILE_TYPE_LENGTH).optional(),
  file_paths: textUpTo(MAX_FILE_PATHS_LENGTH).optional(),
  /** The message of the same chat that this one answers. */
  reply_to: Id.optional(),
  /** The message of the same chat whose thread this one belongs to. */
  thread: Id.optional(),
  mentions,
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

/** Replaces the content of an own message, and whom it mentions; those stay where it says nothing of them. */
export const Edit = withMessage(
  z.strictObject({ type: z.literal('EDIT'), content: Text, mentions, ...request }),
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
export const Read = withChat(
  z.strictObject({
    type: z.literal('READ'),
    id: Id,
    /** Only of the thread that begins with this message. */
    thread: Id.optional(),
  }),
)
export type Read = z.infer<typeof Read>

export const Typing = withChat(z.strictObject({ type: z.literal('TYPING'), typing: z.boolean() }))
export type Typing = z.infer<typeof Typing>

export const Activity = z.strictObject({
  type: z.literal('ACTIVITY'),
  state: z.enum(['active', 'idle']),
})
export type Activity = z.infer<typeof Activity>

/** Changes the state of a support chat; for agents. `assignee: null` leaves it to nobody. */
export const SupportUpdate = z.strictObject({
  type: z.literal('SUPPORT_UPDATE'),
  support_chat_id: Id,
  status: z.enum(['open', 'closed']).optional(),
  assignee: Id.nullable().optional(),
  ...request,
})
export type SupportUpdate = z.infer<typeof SupportUpdate>

/** Asks for an answer, to measure the round trip; `t` comes back as it is. */
export const Ping = z.strictObject({ type: z.literal('PING'), t: z.number() })
export type Ping = z.infer<typeof Ping>

/**
 * Says who the user is: the first frame of a connection that brings its token this way, and later
 * one that takes the place of the token before.
 */
export const Auth = z.strictObject({
  type: z.literal('AUTH'),
  token: z.string().min(1).max(MAX_TOKEN_LENGTH),
  ...request,
})
export type Auth = z.infer<typeof Auth>

/** Type of a frame that is put into the log, and answered with an ACK → its schema. */
export const LOG_FRAMES = {
  NEW_MESSAGE: { schema: NewMessage },
  NEW_SUPPORT_MESSAGE: { schema: NewSupportMessage },
  EDIT: { schema: Edit },
  DELETE: { schema: Delete },
  REACT: { schema: React },
  SUPPORT_UPDATE: { schema: SupportUpdate },
  ...ACCESS_FRAMES,
} as const

/**
 * Type of a frame that a client may send → its schema. All that knows frames by their type follows
 * from it: reading them, and the server's handlers, of which none may be missing.
 */
export const CLIENT_FRAMES = {
  ...LOG_FRAMES,
  ...QUESTIONS,
  DELIVERED: { schema: Delivered },
  READ: { schema: Read },
  TYPING: { schema: Typing },
  ACTIVITY: { schema: Activity },
  PING: { schema: Ping },
  AUTH: { schema: Auth },
} as const

type Rows = typeof CLIENT_FRAMES

/** The frame of each type. */
export type ClientFrames = { [Type in keyof Rows]: z.infer<Rows[Type]['schema']> }

/** A frame that a client may send. */
export type ClientFrame = ClientFrames[keyof ClientFrames]

/** A frame that is put into the log, and answered with an ACK. */
export type LogFrame = ClientFrames[keyof typeof LOG_FRAMES]
