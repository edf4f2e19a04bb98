import type { ChatRef } from '../protocol/chat.ts'
import type { Subscribe } from '../protocol/questions.ts'

import { randomId } from './random-id.ts'

/** Some chats, by their ids; without either list, all of them. */
export interface ChatSelection {
  readonly chats?: readonly number[]
  readonly support_chats?: readonly number[]
}

/** What a client has narrowed itself to. */
export class Subscription {
  /** Asks a server for it, always under the same name. */
  readonly frame: Subscribe & { client_id: string }
  /** Whether it leaves any chat out. */
  readonly isNarrow: boolean
  readonly #chats: ReadonlySet<number>
  readonly #supportChats: ReadonlySet<number>

  constructor({ chats, support_chats, client_id }: ChatSelection & { client_id?: string } = {}) {
    this.frame = {
      type: 'SUBSCRIBE',
      ...(chats && { chats: [...chats] }),
      ...(support_chats && { support_chats: [...support_chats] }),
      client_id: client_id ?? randomId(),
    }
    this.isNarrow = chats !== undefined || support_chats !== undefined
    this.#chats = new Set(chats)
    this.#supportChats = new Set(support_chats)
  }

  /** Whether it is about a chat. */
  includes(chat: ChatRef): boolean {
    if (!this.isNarrow) return true
    return chat.chat_id === undefined
      ? this.#supportChats.has(chat.support_chat_id)
      : this.#chats.has(chat.chat_id)
  }
}
