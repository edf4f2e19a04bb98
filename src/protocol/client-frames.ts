import { z } from 'zod'
import { Id } from './id.ts'
import { MAX_CLIENT_ID_LENGTH, MAX_HISTORY } from './limits.ts'

/**
 * Text that every database can hold: U+0000 is removed and a lone surrogate becomes U+FFFD
 * (libsql cuts the text at the first, PostgreSQL refuses both).
 */
const Text = z.string().transform((text) => text.replaceAll('\0', '').toWellFormed())

/** The sender's own name for a message; sent again, it is answered with the first one's ACK. */
const ClientId = z
  .string()
  .min(1)
  .max(MAX_CLIENT_ID_LENGTH)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must be well-formed text')

const sent = {
  sender_id: Id,
  content: Text,
  file_type: Text.optional(),
  file_paths: Text.optional(),
  client_id: ClientId.optional(),
}

export const NewMessage = z.strictObject({ type: z.literal('NEW_MESSAGE'), chat_id: Id, ...sent })
export type NewMessage = z.infer<typeof NewMessage>

export const NewSupportMessage = z.strictObject({
  type: z.literal('NEW_SUPPORT_MESSAGE'),
  support_chat_id: Id,
  ...sent,
})
export type NewSupportMessage = z.infer<typeof NewSupportMessage>

const HistoryPage = {
  type: z.literal('HISTORY'),
  /** Only messages with an id below this. */
  before: Id.optional(),
  limit: z.int().min(1).max(MAX_HISTORY).optional(),
}

/** Asks for the messages of one chat, the newest or those before an id. */
export const HistoryRequest = z.union(
  [
    z.strictObject({ chat_id: Id, ...HistoryPage }),
    z.strictObject({ support_chat_id: Id, ...HistoryPage }),
  ],
  'must have chat_id or support_chat_id, and at most before and limit (1 to 1000)',
)
export type HistoryRequest = z.infer<typeof HistoryRequest>

/** A frame that a client may send. */
export type ClientFrame = NewMessage | NewSupportMessage | HistoryRequest
