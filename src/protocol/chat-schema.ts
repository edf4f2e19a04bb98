import type { z } from 'zod'
import type { ChatRef, MessageRef } from './chat.ts'
import { Id } from './id.ts'

/** The schema of a frame that also names a chat. */
export function withChat<Shape extends z.ZodRawShape>(frame: z.ZodObject<Shape>) {
  return withEither<ChatRef, Shape>(frame, 'chat_id', 'support_chat_id')
}

/** The schema of a frame that also names a message. */
export function withMessage<Shape extends z.ZodRawShape>(frame: z.ZodObject<Shape>) {
  return withEither<MessageRef, Shape>(frame, 'message_id', 'support_message_id')
}

/** Adds two keys of which exactly one must be there; what else is wrong keeps its own path. */
function withEither<Ref, Shape extends z.ZodRawShape>(
  frame: z.ZodObject<Shape>,
  one: string,
  other: string,
) {
  const schema = frame
    .extend({ [one]: Id.optional(), [other]: Id.optional() })
    .refine((value) => one in value !== other in value, `must have either ${one} or ${other}`)
  return schema as unknown as z.ZodType<z.infer<z.ZodObject<Shape>> & Ref>
}
