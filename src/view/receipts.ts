import type { ChatRef } from '../protocol/chat.ts'
import type { ChatView } from './chat-view.ts'
import { derive, type Readable } from './readable.ts'

/** Whom of the others a message has reached. */
export interface ShownReceipts {
  /** Those who have it, readers among them. */
  readonly deliveredTo: readonly number[]
  readonly readBy: readonly number[]
}

/** Who has a message of a chat, and who has read it. */
export function receiptsOf(
  { client, conversation }: ChatView,
  chat: ChatRef,
  id: number,
): Readable<ShownReceipts> {
  return derive([conversation], { deliveredTo: [], readBy: [] }, () => {
    const others = [...conversation.chat(chat).cursors].filter(([user]) => user !== client.userId)
    return {
      deliveredTo: others.filter(([, { delivered }]) => delivered >= id).map(([user]) => user),
      readBy: others.filter(([, { read }]) => read >= id).map(([user]) => user),
    }
  })
}
