import type { ChatClient } from '../client/chat-client.ts'
import type { Chat } from '../protocol/chat.ts'
import { type ChatData, MAKE_OR_JOIN } from './chat-data.ts'
import { chatLabel } from './chat-label.ts'
import type { ScreenState } from './screen-state.ts'

export interface MissingChatOptions {
  readonly client: ChatClient
  readonly data: ChatData
  readonly state: ScreenState
  /** Whether the user asked for the chat to begin in. */
  readonly isChatNamed: boolean
  goTo(chat: Chat): void
  /** Shows a line in a chat. */
  notify(text: string, chat: Chat): void
}

/** Where a chat is none of the user's: says so, or at the beginning goes to one that is. */
export class MissingChat {
  readonly #options: MissingChatOptions
  /** The chat that the user begins in without having asked for it. */
  readonly #assumed: string | undefined
  readonly #end: () => void
  #asked: Promise<unknown> = Promise.resolve()

  constructor(options: MissingChatOptions) {
    this.#options = options
    const { client, state, isChatNamed } = options
    this.#assumed = isChatNamed ? undefined : chatLabel(state.chat)
    this.#end = client.on('established', () => {
      // Servers that do not know it answer with an error, which is no use to anyone.
      this.#asked = client.chats().catch(() => {})
    })
  }

  /** The server says that a chat is not there. */
  async noticed(chat: Chat): Promise<void> {
    await this.#asked
    const { data, state, goTo, notify } = this.#options
    const label = chatLabel(chat)
    if (data.isLeft(chat) || data.stateOf(chat).role !== undefined) return
    const other = data.otherChat(chat)
    if (other && label === this.#assumed && label === chatLabel(state.chat)) goTo(other)
    else if (label === this.#assumed && !other)
      notify(`you are in no chat yet: ${MAKE_OR_JOIN}`, chat)
    else {
      const where = other ? 'Alt+N goes to one, /join lists those to join' : MAKE_OR_JOIN
      notify(`${label} is no chat of yours: ${where}`, chat)
    }
  }

  close(): void {
    this.#end()
  }
}
