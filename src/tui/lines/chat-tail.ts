import type { ChatClient } from '../../client/chat-client.ts'
import type { Payload } from '../../client/known-message.ts'
import type { Chat, ChatRef } from '../../protocol/chat.ts'
import { stringifySafely } from '../sanitize.ts'
import { messageLine } from './message-line.ts'
import { NamedLines } from './named-lines.ts'

export interface ChatTailOptions {
  /** Not connected yet. */
  readonly client: ChatClient
  readonly chat: Chat
  readonly isJson: boolean
  /** Takes a line without its end. */
  write(line: string): void
}

/** Writes the messages of one chat as lines, each once and in order: those there are, then others. */
export class ChatTail {
  readonly #options: ChatTailOptions
  /** What came while the first messages were asked for; undefined once they are written. */
  #waiting: Payload[] | undefined = []
  readonly #lines: NamedLines

  constructor(options: ChatTailOptions) {
    this.#options = options
    const { client, chat, write } = options
    this.#lines = new NamedLines(client, write)
    if (chat.kind === 'chat')
      client.on('message', (payload) => {
        if (payload.chat_id === chat.id) this.#take(payload)
      })
    else
      client.on('supportMessage', (payload) => {
        if (payload.support_chat_id === chat.id) this.#take(payload)
      })
  }

  /** Writes the newest `count` messages, and from then on those that come. */
  async begin(count: number, ref: ChatRef): Promise<void> {
    const page =
      count === 0 ? [] : (await this.#options.client.history({ ...ref, limit: count })).messages
    for (const payload of page) this.#write(payload)
    const newest = page.at(-1)?.id ?? 0
    for (const payload of this.#waiting ?? []) if (payload.id > newest) this.#write(payload)
    this.#waiting = undefined
    await this.#lines.written()
  }

  #take(payload: Payload): void {
    if (this.#waiting) this.#waiting.push(payload)
    else this.#write(payload)
  }

  #write(payload: Payload): void {
    const { client, isJson } = this.#options
    const { sender_id } = payload
    this.#lines.write([sender_id], (nameOf) => {
      if (!isJson) return messageLine(payload, nameOf)
      const name = client.names.find(sender_id)?.name
      return stringifySafely(name === undefined ? payload : { ...payload, sender_name: name })
    })
  }
}
