import { z } from 'zod'
import { MAX_EMOJI_LENGTH } from '../../protocol/limits.ts'
import { positive } from './positive.ts'
import { shownText } from './shown-text.ts'

const spacing = z
  .enum(['constant', 'poisson'])
  .default('constant')
  .describe('Time between events: always the same, or as independent people make it')

const chatKind = z.enum(['chat', 'support']).default('chat').describe('Which kind of chat')

const chats = z.int().positive().default(10).describe('Chats 1 to this are used, drawn at random')

const contentBytes = z
  .int()
  .min(64)
  .max(32_768)
  .default(100)
  .describe('Length of a message, in bytes; it carries a mark of at most 64')

/** Messages at a rate that nothing the server does changes: an open workload. */
const PacedSend = z.strictObject({
  to: chatKind,
  ratePerSecond: positive('Messages a second, over all users with this behaviour').max(100_000),
  spacing,
  chats,
  contentBytes,
  typingSeconds: z
    .number()
    .positive()
    .max(60)
    .optional()
    .describe('The sender says that it is typing so long before each message'),
})
export type PacedSend = z.infer<typeof PacedSend>

/** Each user waits for the ACK, thinks, and sends the next one: a closed workload. */
const ThinkingSend = z.strictObject({
  to: chatKind,
  thinkSeconds: z
    .strictObject({ min: z.number().min(0), max: z.number().positive().max(86_400) })
    .refine(({ min, max }) => min <= max, 'min must not exceed max')
    .describe('Between the ACK of a message and the next one, evenly drawn'),
  chats,
  contentBytes,
})
export type ThinkingSend = z.infer<typeof ThinkingSend>

const withinMs = positive('Latest time for it to come').max(86_400_000)

/** What users do, and which share of them does it. */
export const Behaviour = z.strictObject({
  name: shownText('Names it in reports'),
  weight: positive('Its share of the users').default(1),
  send: z.array(PacedSend).optional().describe('Messages at a steady rate (open workload)'),
  converse: ThinkingSend.optional().describe('Messages one after the other (closed workload)'),
  typing: z
    .strictObject({ ratePerSecond: positive('TYPING frames a second'), to: chatKind, chats })
    .optional()
    .describe('Says that it is typing, without sending'),
  read: z
    .strictObject({
      intervalSeconds: positive('The shortest time between two receipts for the same chat').max(
        86_400,
      ),
      to: chatKind,
      chats: chats.describe('Each user follows this many chats, from 1 on'),
      kind: z.enum(['read', 'delivered']).default('read').describe('Which receipt is sent'),
    })
    .optional()
    .describe('Sends cumulative receipts for what has come, as a good client does'),
  react: z
    .strictObject({
      ratePerSecond: positive('Reactions a second, over all users with this behaviour'),
      spacing,
      emoji: z.string().min(1).max(MAX_EMOJI_LENGTH).default('👍'),
    })
    .optional()
    .describe('Reacts to the newest message'),
  churn: z
    .strictObject({
      onlineSeconds: positive('Mean time for which a user stays'),
      offlineSeconds: positive('Mean time for which it is away'),
    })
    .optional()
    .describe('Leaves and comes back, again and again; times are drawn exponentially'),
  slowReader: z
    .strictObject({ bytesPerSecond: positive('What it reads of each connection') })
    .optional()
    .describe('Reads no faster than this'),
  expect: z
    .array(
      z.discriminatedUnion('after', [
        z.strictObject({
          after: z.literal('connect').describe('The clock starts when a connection is due'),
          frame: z.literal('CONNECTION_ESTABLISHED').describe('The greeting'),
          withinMs,
        }),
        z.strictObject({
          after: z.literal('send').describe('The clock starts when a message is due'),
          frame: z.enum(['ACK', 'MESSAGE']).describe('Its ACK, or the message as all get it'),
          withinMs,
        }),
      ]),
    )
    .optional()
    .describe('What must come in time, each time; misses are counted as expectations_missed'),
})
export type Behaviour = z.infer<typeof Behaviour>
