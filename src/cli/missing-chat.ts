import type { ChatClient } from '../client/chat-client.ts'
import type { Chat } from '../protocol/chat.ts'
import { ChatwsError } from '../protocol/error.ts'

/** Knows whether a chat that is not there for a user may be there for others, and says how to come into it. */
export class MissingChat {
  readonly #chat: Chat
  readonly #userId: number
  #hasMembers = false

  /** @param client not connected yet */
  constructor(client: ChatClient, chat: Chat) {
    this.#chat = chat
    this.#userId = client.userId
    client.on('established', ({ access }) => {
      this.#hasMembers = access === 'members'
    })
  }

  /** The error, with what to do about it where it says that the chat is not there. */
  explained(error: unknown): unknown {
    const isMissing = error instanceof ChatwsError && error.code === 'NOT_FOUND'
    if (!isMissing || !this.#hasMembers) return error
    const advice =
      this.#chat.kind === 'chat'
        ? `for user ${this.#userId}: a member adds users by "/invite ${this.#userId}" in chatws connect`
        : `for user ${this.#userId}: it is for who opened it, and for agents (chatws serve --agents)`
    return new ChatwsError('NOT_FOUND', `${error.message} ${advice}`, { cause: error })
  }
}
