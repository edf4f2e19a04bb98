import type { NamedMessage } from '../../client/requests.ts'
import type { Chat } from '../../protocol/chat.ts'
import { MAX_FRAME_BYTES } from '../../protocol/limits.ts'

/** A new message with a `client_id` of its own. */
export function createMessage(chat: Chat, senderId: number, content: string): NamedMessage {
  const said = { sender_id: senderId, content, client_id: crypto.randomUUID() }
  return chat.kind === 'chat'
    ? { type: 'NEW_MESSAGE', chat_id: chat.id, ...said }
    : { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: chat.id, ...said }
}

/**
 * Why a server would close the connection over this frame, if it would. Such a frame must
 * not be sent: it would be sent again on every new connection.
 */
export function whyTooLarge(message: object): string | undefined {
  const sizeBytes = new TextEncoder().encode(JSON.stringify(message)).length
  if (sizeBytes <= MAX_FRAME_BYTES) return undefined
  return `the message is too large: ${sizeBytes} of at most ${MAX_FRAME_BYTES} bytes`
}
