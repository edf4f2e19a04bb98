import type { z } from 'zod'
import { CLIENT_FRAMES, type ClientFrame } from './client-frames.ts'
import { errorFrame } from './error-frame.ts'
import { issueText } from './issue-text.ts'
import { MAX_CLIENT_ID_LENGTH } from './limits.ts'
import type { ErrorFrame } from './server-frames.ts'

/** Problems of one frame that are told, and characters of the message that tells them. */
const MAX_PROBLEMS = 8
const MAX_MESSAGE = 1_000

/** Frame type → its schema. */
const SCHEMAS = new Map<unknown, z.ZodType<ClientFrame>>(
  Object.entries(CLIENT_FRAMES).map(([type, { schema }]) => [type, schema]),
)

/** How a text begins that may be JSON; the engine says best what is wrong with an empty one. */
const MAY_BE_JSON = /^(?:[\s{["\d\-tfn]|$)/

/** From so many characters on, only the first ones of a text that is no JSON are told. */
const LONG_TEXT = 21
const SHOWN_START = 10

/** Reads one frame of a client. What is wrong with it comes back as the ERROR frame to answer. */
export function parseClientFrame(text: string): ClientFrame | ErrorFrame {
  if (!MAY_BE_JSON.test(text)) return errorFrame('INVALID_JSON', unexpectedStart(text))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return errorFrame('INVALID_JSON', (error as Error).message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return errorFrame('INVALID_FRAME', 'A frame is a JSON object')

  const { type } = value as Record<string, unknown>
  const ref = readRef(value)
  if (typeof type !== 'string')
    return errorFrame('INVALID_FRAME', 'type: must be a string', { ref })

  const schema = SCHEMAS.get(type)
  if (!schema) return errorFrame('UNKNOWN_TYPE', `Unknown type ${quote(type)}`, { ref })

  const result = schema.safeParse(value)
  if (result.success) return result.data
  // Once more for the words: frames that are right, nearly all, do not carry what makes them.
  const { error = result.error } = schema.safeParse(value, { error: issueText })
  return errorFrame('INVALID_FRAME', describe(error), { ref })
}

/** What JSON.parse says of a text that it cannot begin to read, which takes it 20 times as long. */
function unexpectedStart(text: string): string {
  const shown = text.length < LONG_TEXT ? `"${text}"` : `"${text.slice(0, SHOWN_START)}"...`
  return `Unexpected token '${text[0]}', ${shown} is not valid JSON`
}

/** What names a frame that is refused: its `client_id`, where that is none too long to be one. */
export function readRef(frame: object): string | undefined {
  const { client_id: ref } = frame as { client_id?: unknown }
  return typeof ref === 'string' && ref.length <= MAX_CLIENT_ID_LENGTH ? ref : undefined
}

/** The first problems in words, no longer than someone would read. */
function describe({ issues }: z.ZodError): string {
  const shown = issues
    .slice(0, MAX_PROBLEMS)
    .map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '))
  const more = issues.length - shown.length
  if (more > 0) shown.push(`and ${more} more`)
  const message = shown.join('; ')
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
