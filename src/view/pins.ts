import type { KnownMessage } from '../client/known-message.ts'
import { type ChatRef, chatKeyOf, onlyChat } from '../protocol/chat.ts'
import { Asked, type AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** The pinned messages of a chat. */
export interface ShownPins {
  /** The one pinned last first. */
  readonly pins: readonly KnownMessage[]
  readonly status: AskedStatus
  readonly error: Error | undefined
  readonly reload: () => void
}

/** The pinned messages of each chat that somebody looks at. */
export class Pins {
  readonly #view: ChatView
  readonly #chats = new Map<string, Readable<ShownPins>>()

  constructor(view: ChatView) {
    this.#view = view
  }

  of(ref: ChatRef): Readable<ShownPins> {
    const key = chatKeyOf(ref)
    let shown = this.#chats.get(key)
    if (!shown) {
      shown = pinsOf(this.#view, onlyChat(ref))
      this.#chats.set(key, shown)
    }
    return shown
  }
}

function pinsOf({ client, conversation }: ChatView, chat: ChatRef): Readable<ShownPins> {
  const asked = new Asked(client, () => client.pins(chat))
  const look = (): ShownPins => {
    const { status, error, reload } = asked
    return { pins: conversation.chat(chat).pins, status, error, reload }
  }
  return whileRead(derive([conversation, asked], look(), look), () => asked.want())
}
