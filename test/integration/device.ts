import { WebSocket } from 'ws'
import { ChatClient } from '../../src/client/chat-client.ts'
import { Conversation } from '../../src/client/conversation.ts'
import type { ChatState } from '../../src/client/known-chat.ts'
import type { KnownMessage } from '../../src/client/known-message.ts'
import type { WebSocketLike } from '../../src/client/reconnecting-socket.ts'
import type { ChatRef } from '../../src/protocol/chat.ts'
import { until } from '../support/until.ts'

/** A device of a user: a client whose connection can be cut, and what it knows. */
export class Device {
  readonly client: ChatClient
  readonly conversation = new Conversation()
  #socket: WebSocket | undefined
  /** What the client waits for while it is away. */
  #nowhere: WebSocketLike | undefined
  #isAway = false

  constructor(url: string, userId: number) {
    this.client = new ChatClient({ url, userId, random: () => 0 }, (address) =>
      this.#isAway ? this.#reachNothing() : this.#reach(address),
    )
    this.conversation.attach(this.client)
    this.client.connect()
  }

  /** Waits for the connection. */
  async opened(): Promise<this> {
    await until(() => this.client.status.state === 'open', 'the connection')
    return this
  }

  /** Cuts the connection without a close frame, until `back`. */
  async away(): Promise<void> {
    this.#isAway = true
    this.#socket?.terminate()
    await until(() => this.#nowhere !== undefined, 'the loss of the connection')
  }

  async back(): Promise<void> {
    this.#isAway = false
    this.#nowhere?.onclose?.({ code: 1006, reason: '' })
    this.#nowhere = undefined
    await this.opened()
  }

  /** Cuts the connection; the client comes back at once. */
  async cut(): Promise<void> {
    await this.away()
    await this.back()
  }

  /** Writes a message and returns its id. */
  async say(chat: ChatRef, content: string, reply_to?: number): Promise<number> {
    const said = { sender_id: this.client.userId, content, ...(reply_to && { reply_to }) }
    const { id } = await this.client.send(
      chat.chat_id === undefined
        ? { type: 'NEW_SUPPORT_MESSAGE', support_chat_id: chat.support_chat_id, ...said }
        : { type: 'NEW_MESSAGE', chat_id: chat.chat_id, ...said },
    )
    return id
  }

  /** The messages of a chat, in a form that is the same for the same knowledge. */
  messages(chat: ChatRef): object[] {
    return this.conversation.messages(chat).map(withSortedReactions)
  }

  /** What all who know the same of a chat agree on. */
  knowledge(chat: ChatRef): object {
    const { cursors, typing, support } = this.conversation.chat(chat)
    return { chat, messages: this.messages(chat), cursors: sorted(cursors), typing, support }
  }

  close(): void {
    this.client.close()
  }

  #reach(address: string): WebSocketLike {
    this.#socket = new WebSocket(address, { perMessageDeflate: false })
    return this.#socket as unknown as WebSocketLike
  }

  #reachNothing(): WebSocketLike {
    this.#nowhere = {
      readyState: 0,
      onmessage: null,
      onclose: null,
      onerror: null,
      send() {},
      close() {},
    }
    return this.#nowhere
  }
}

/** In which order different emoji stand is left open, and what its sender calls it is for nobody else. */
function withSortedReactions({ reactions, client_id: _, ...message }: KnownMessage): object {
  return { ...message, reactions: [...reactions].sort((a, b) => (a.emoji < b.emoji ? -1 : 1)) }
}

function sorted(cursors: ChatState['cursors']): unknown {
  return [...cursors].filter(([, { delivered }]) => delivered > 0).sort(([a], [b]) => a - b)
}
