import type { ChatRef } from '../protocol/chat.ts'
import type { ChatClient } from './chat-client.ts'

/** Messages that a chat begins with. */
const PAGE = 50

/** What can be asked, of what a conversation is read from. */
export type Asks = Partial<Pick<ChatClient, 'chat' | 'history' | 'pins' | 'presence'>>

/**
 * Asks what one who is newly in a chat has not been told: what it is, what was said, what is pinned, and
 * who of its members is here. Answers come as events; what is refused was not to be known.
 */
export class Newcomer {
  readonly #client: Asks
  #isPresenceDue = false

  constructor(client: Asks) {
    this.#client = client
  }

  /** @param isRead whether the chat's messages will be heard of */
  entered(chat_id: number, isRead: boolean): void {
    const chat: ChatRef = { chat_id }
    quietly(this.#client.chat?.(chat_id))
    if (isRead) {
      quietly(this.#client.history?.({ ...chat, limit: PAGE }))
      quietly(this.#client.pins?.(chat))
    }
    this.askPresence()
  }

  /** Asks who is here, once for all chats of this moment. */
  askPresence(): void {
    if (this.#isPresenceDue) return
    this.#isPresenceDue = true
    queueMicrotask(() => {
      this.#isPresenceDue = false
      quietly(this.#client.presence?.())
    })
  }

  /** A message is pinned that is not known. */
  pinned(chat: ChatRef): void {
    quietly(this.#client.pins?.(chat))
  }
}

function quietly(asked: Promise<unknown> | undefined): void {
  asked?.catch(() => {})
}
