import { type ClientFrame, LOG_FRAMES } from '../../protocol/client-frames.ts'
import { parseClientFrame } from '../../protocol/parse-client-frame.ts'
import { QUESTIONS } from '../../protocol/questions.ts'

/**
 * Reads a line of JSON as the frame it asks to send. Of a message a missing `sender_id` becomes
 * `senderId`; of a frame that is answered, a missing `client_id` a new one. What is wrong with it
 * comes back as text.
 */
export function parseFrameLine(line: string, senderId: number): ClientFrame | string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return `not JSON: ${(error as Error).message}`
  }
  const frame = parseClientFrame(JSON.stringify(complete(value, senderId)))
  return frame.type === 'ERROR' ? frame.message : frame
}

function complete(value: unknown, senderId: number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const type = String((value as { type?: unknown }).type)
  const isMessage = type === 'NEW_MESSAGE' || type === 'NEW_SUPPORT_MESSAGE'
  const isAnswered = Object.hasOwn(LOG_FRAMES, type) || Object.hasOwn(QUESTIONS, type)
  return {
    ...(isMessage && { sender_id: senderId }),
    ...(isAnswered && { client_id: crypto.randomUUID() }),
    ...value,
  }
}
