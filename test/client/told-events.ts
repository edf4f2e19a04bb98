import type { ChatClientEvents } from '../../src/client/client-events.ts'
import { Emitter } from '../../src/client/emitter.ts'
import type { MessagePayload } from '../../src/protocol/payloads.ts'

const AT = '2024-01-01T12:00:00.000Z'

/** A client of user 1 whose events are those that the test tells; all of them are about chat 1. */
export class ToldEvents extends Emitter<ChatClientEvents> {
  readonly userId = 1

  tell<Name extends keyof ChatClientEvents>(name: Name, event: ChatClientEvents[Name]): void {
    this.emit(name, event)
  }

  message(id: number, more: Partial<MessagePayload> = {}): void {
    this.tell('message', messagePayload(id, more))
  }

  read(userId: number, id: number): void {
    this.tell('receipt', { type: 'RECEIPT', chat_id: 1, userId, delivered: id, read: id })
  }

  page(
    messages: readonly MessagePayload[],
    { before, has_more = false }: { before?: number; has_more?: boolean } = {},
  ): void {
    const range = { ...(before !== undefined && { before }), has_more }
    this.tell('answer', { type: 'HISTORY', chat_id: 1, messages: [...messages], ...range })
  }

  react(message_id: number, userId: number, emoji: string, removed = false): void {
    const about = { message_id, chat_id: 1, userId, emoji, removed, offset: 1 }
    this.tell('reaction', { type: 'REACTION', ...about })
  }

  edit(id: number, content: string, edited_at = AT, offset = 1): void {
    this.tell('edited', { chat_id: 1, id, sender_id: 2, content, edited_at, offset })
  }

  delete(id: number): void {
    this.tell('deleted', { chat_id: 1, id, sender_id: 2, deleted_at: AT, offset: 1 })
  }
}

/** A message of user 2 in chat 1. */
export function messagePayload(id: number, more: Partial<MessagePayload> = {}): MessagePayload {
  const said = { sender_id: 2, content: `text ${id}`, created_at: AT, offset: id }
  return { id, chat_id: 1, ...said, ...more }
}
