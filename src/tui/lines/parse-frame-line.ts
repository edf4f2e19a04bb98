import type { NamedMessage } from '../../client/requests.ts'
import { parseClientFrame } from '../../protocol/parse-client-frame.ts'

/**
 * Reads a line of JSON as the message it asks to send; a missing `sender_id` becomes `senderId`,
 * a missing `client_id` a new one. What is wrong with it comes back as text.
 */
export function parseFrameLine(line: string, senderId: number): NamedMessage | string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return `not JSON: ${(error as Error).message}`
  }
  const { type } = Object(value) as { type?: unknown }
  if (typeof type === 'string' && type !== 'NEW_MESSAGE' && type !== 'NEW_SUPPORT_MESSAGE')
    return `${JSON.stringify(type)}: this version sends only NEW_MESSAGE and NEW_SUPPORT_MESSAGE`
  const complete =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { sender_id: senderId, client_id: crypto.randomUUID(), ...value }
      : value
  const frame = parseClientFrame(JSON.stringify(complete))
  return frame.type === 'ERROR' ? frame.message : (frame as NamedMessage)
}
