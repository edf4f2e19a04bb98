import { z } from 'zod'
import { MAX_CLIENT_ID_LENGTH } from './limits.ts'

/**
 * Text that every database can hold: U+0000 is removed and a lone surrogate becomes U+FFFD
 * (libsql cuts the text at the first, PostgreSQL refuses both).
 */
export const Text = z.string().transform(cleaned)

/** The same of a length at most. */
export const textUpTo = (maxLength: number) => z.string().max(maxLength).transform(cleaned)

/** Text that is refused, not cleaned, where a database could not hold it. */
export const ExactText = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must be well-formed text')

/**
 * The sender's own name for the frame. What it asks for is answered under this name, and a message
 * that is sent again under it is answered with the first one's ACK.
 */
export const ClientId = ExactText.max(MAX_CLIENT_ID_LENGTH)

/** What a frame has that is answered. */
export const request = { client_id: ClientId.optional() }

/** What an answer has: it repeats the `client_id` of what it answers, where that had one. */
export const answer = { client_id: z.string().optional() }

/** A position in the one order of durable events; 0 is before the first. */
export const Offset = z.int().nonnegative()

function cleaned(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
