import type { ChatClient } from '../client/chat-client.ts'
import type { Conversation } from '../client/conversation.ts'
import type { Payload } from '../client/known-message.ts'
import { randomId } from '../client/random-id.ts'
import { type ChatRef, chatKeyOf, onlyChat } from '../protocol/chat.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { Ack } from '../protocol/server-frames.ts'
import { type Draft, filesOf, frameOf, type PendingMessage } from './draft.ts'
import { handled } from './handled.ts'
import { Listeners } from './listeners.ts'

/** An own message that is kept until it is stored: as plain data. */
export interface SavedSend {
  readonly chat: ChatRef
  readonly message: PendingMessage
}

/** Keeps what is not stored yet over a reload; of one user. Any number of tabs may share it. */
export interface OutboxStore {
  /** What was put and not removed, in the order in which it was first put. */
  load(): readonly SavedSend[] | Promise<readonly SavedSend[]>
  put(send: SavedSend): void
  remove(clientId: string): void
}

interface Entry extends SavedSend {
  readonly key: string
  /** Once it is stored; it is shown until it comes like others' messages. */
  readonly id?: number
  readonly abort?: AbortController
}

const NONE: readonly PendingMessage[] = []

/**
 * The own messages that are on their way: shown at once, sent again under the same `client_id` until the
 * server has stored them, which it does once. What is refused stays, until `retry` or `discard`.
 */
export class Outbox extends Listeners {
  readonly #client: ChatClient
  readonly #conversation: Conversation
  readonly #store: OutboxStore | undefined
  readonly #ends: (() => void)[]
  /** client_id → the message, in the order of sending */
  readonly #entries = new Map<string, Entry>()
  #pending = new Map<string, readonly PendingMessage[]>()

  /** @param conversation is attached to the client already: it has each message before this one has */
  constructor(client: ChatClient, conversation: Conversation, store?: OutboxStore) {
    super()
    this.#client = client
    this.#conversation = conversation
    this.#store = store
    this.#ends = [
      client.on('message', (payload) => this.#came(payload)),
      client.on('supportMessage', (payload) => this.#came(payload)),
      client.on('answer', (answer) => {
        if (answer.type === 'HISTORY') for (const payload of answer.messages) this.#came(payload)
      }),
      // All that is stored has been told, or never will be.
      client.on('resumed', () => this.#forgetStored()),
      client.on('gap', () => this.#forgetStored()),
    ]
    if (store) void this.#load(store)
  }

  /** Sends a message. Who does not care for the promise may leave it: a failure is shown. */
  send(chat: ChatRef, draft: Draft): Promise<Ack> {
    const { content, reply_to, thread, mentions, client_id = randomId() } = draft
    const named = mentions ?? this.#conversation.mentionsIn(chat, content)
    const message: PendingMessage = {
      type: 'pending',
      clientId: client_id,
      sender_id: this.#client.userId,
      content,
      created_at: new Date().toISOString(),
      ...(reply_to !== undefined && { reply_to }),
      ...(thread !== undefined && { thread }),
      ...(named.length > 0 && { mentions: named }),
      ...filesOf(draft),
      state: 'sending',
    }
    return this.#submit({ chat: onlyChat(chat), message })
  }

  /** Sends a message again that has failed. */
  retry(clientId: string): Promise<Ack> {
    const entry = this.#entries.get(clientId)
    if (entry?.message.state !== 'failed')
      return handled(Promise.reject(new ChatwsError('USAGE', `No message ${clientId} has failed`)))
    const { error: _, ...message } = entry.message
    return this.#submit({ chat: entry.chat, message: { ...message, state: 'sending' } })
  }

  /** Gives a message up. One that was on its way may have been stored all the same. */
  discard(clientId: string): void {
    const entry = this.#entries.get(clientId)
    if (!entry) return
    this.#forget(clientId)
    entry.abort?.abort()
  }

  /** Own messages of a chat that have not come back, in the order of sending; the same array until one changed. */
  pendingOf(chat: ChatRef): readonly PendingMessage[] {
    if (this.#entries.size === 0) return NONE
    const key = chatKeyOf(chat)
    let pending = this.#pending.get(key)
    if (!pending) {
      // Those that a page has brought were told by no event.
      const entries = [...this.#entries.values()].filter(
        ({ key: of, id }) =>
          of === key && (id === undefined || !this.#conversation.message(chat, id)),
      )
      pending = entries.length === 0 ? NONE : entries.map(({ message }) => message)
      this.#pending.set(key, pending)
    }
    return pending
  }

  /** Lets go of the client. */
  close(): void {
    for (const end of this.#ends) end()
  }

  #submit({ chat, message }: SavedSend): Promise<Ack> {
    const abort = new AbortController()
    this.#set({ key: chatKeyOf(chat), chat, message, abort })
    this.#store?.put({ chat, message })
    return handled(this.#sent({ chat, message }, abort.signal))
  }

  async #sent({ chat, message }: SavedSend, signal: AbortSignal): Promise<Ack> {
    const { clientId } = message
    try {
      const ack = await this.#client.send(frameOf(chat, message), { signal })
      this.#store?.remove(clientId)
      const entry = this.#entries.get(clientId)
      if (entry && this.#conversation.message(chat, ack.id)) this.#forget(clientId)
      else if (entry) this.#set({ ...entry, message: { ...message, state: 'sent' }, id: ack.id })
      return ack
    } catch (error) {
      this.#failed(clientId, asChatwsError(error))
      throw error
    }
  }

  #failed(clientId: string, error: ChatwsError): void {
    const entry = this.#entries.get(clientId)
    if (!entry) return
    const message = { ...entry.message, state: 'failed' as const, error }
    this.#set({ ...entry, message })
    // What was only given up with the connection is sent again after a reload.
    if (!error.retryable) this.#store?.put({ chat: entry.chat, message })
  }

  async #load(store: OutboxStore): Promise<void> {
    for (const { chat, message } of await store.load())
      if (!this.#entries.has(message.clientId) && message.sender_id === this.#client.userId) {
        if (message.state === 'failed') this.#set({ key: chatKeyOf(chat), chat, message })
        else void this.#submit({ chat, message })
      }
  }

  /** A message has come, or is found in a page: an own one has the name that it was sent under. */
  #came({ sender_id, client_id }: Payload): void {
    if (sender_id !== this.#client.userId || client_id === undefined) return
    if (this.#entries.has(client_id)) this.#forget(client_id)
  }

  #forgetStored(): void {
    for (const [clientId, { id }] of this.#entries) if (id !== undefined) this.#forget(clientId)
  }

  #set(entry: Entry): void {
    this.#entries.set(entry.message.clientId, entry)
    this.#changedPending()
  }

  #forget(clientId: string): void {
    this.#entries.delete(clientId)
    this.#store?.remove(clientId)
    this.#changedPending()
  }

  #changedPending(): void {
    this.#pending = new Map()
    this.changed()
  }
}

function asChatwsError(error: unknown): ChatwsError {
  return error instanceof ChatwsError
    ? error
    : new ChatwsError('INTERNAL', error instanceof Error ? error.message : String(error))
}
