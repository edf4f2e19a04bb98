import type { ChatClient } from '../client/chat-client.ts'
import { Conversation, type ConversationOptions } from '../client/conversation.ts'
import type { Payload } from '../client/known-message.ts'
import type { ChatRef } from '../protocol/chat.ts'
import { type DraftStore, sessionDrafts } from './draft-store.ts'
import { Outbox, type OutboxStore } from './outbox.ts'

/** What an app keeps where its platform keeps things. */
export interface ChatViewOptions extends ConversationOptions {
  /** Keeps what is sent and not stored yet over a reload. */
  readonly outboxStore?: OutboxStore
  /** Keeps texts that are not sent yet; as long as the tab lives unless given. */
  readonly draftStore?: DraftStore
}

/** A part of what is shown, made of a view when somebody first asks for it. */
type Part<Value> = new (view: ChatView) => Value

/** All that an app shows of one client: made once, and as long-lived as the client. */
export class ChatView {
  readonly client: ChatClient
  readonly conversation: Conversation
  readonly outbox: Outbox
  readonly drafts: DraftStore
  readonly #parts = new Map<Part<unknown>, unknown>()

  constructor(client: ChatClient, options: ChatViewOptions = {}) {
    this.client = client
    this.conversation = new Conversation(options)
    this.conversation.attach(client)
    this.outbox = new Outbox(client, this.conversation, options.outboxStore)
    this.drafts = options.draftStore ?? sessionDrafts()
    client.on('message', (payload) => this.#received(payload))
    client.on('supportMessage', (payload) => this.#received(payload))
  }

  /** The one part of this kind. What nobody asks for is not even loaded. */
  part<Value>(Part: Part<Value>): Value {
    let part = this.#parts.get(Part) as Value | undefined
    if (part === undefined) {
      part = new Part(this)
      this.#parts.set(Part, part)
    }
    return part
  }

  /** Starts to connect, and to reconnect whenever the connection is lost. */
  readonly connect = (): void => this.client.connect()

  /** Closes, until `connect` is called again. */
  readonly close = (): void => this.client.close()

  /** Tells who has written a message that it has come. */
  #received(payload: Payload): void {
    if (payload.sender_id !== this.client.userId)
      this.client.delivered(payload as ChatRef, payload.id)
  }
}
