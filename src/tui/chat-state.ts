import type { ConnectionStatus } from '../client/chat-client.ts'
import type { NamedMessage } from '../client/pending-sends.ts'
import type { MessagePayload, SupportMessagePayload } from '../protocol/payloads.ts'
import type { Ack, ConnectionEstablished } from '../protocol/server-frames.ts'
import { type ChatRef, chatLabel } from './chat-ref.ts'
import { FrameNotifier } from './frame-notifier.ts'
import { type LogEntry, MessageLog } from './message-log.ts'

/** An own message that no answer has come for. */
export interface PendingMessage {
  readonly type: 'pending'
  readonly chat: ChatRef
  readonly senderId: number
  readonly content: string
  readonly createdAt: string
}

/** What the screen shows; a new object whenever any of it changed. */
export interface ChatSnapshot {
  readonly status: ConnectionStatus
  /** When a waiting client tries again, on the clock of `Date.now`. */
  readonly retryAtMs: number
  /** The ids of the users online, ascending. */
  readonly online: readonly number[]
  readonly chat: ChatRef
  /** What is known of the chosen chat, oldest first. */
  readonly entries: readonly LogEntry[]
  /** Own messages to the chosen chat that are on their way, oldest first. */
  readonly pending: readonly PendingMessage[]
}

/**
 * What one client knows: who is online, the newest messages of every chat, its own messages that
 * are on their way, and how the connection stands. Knows nothing of sockets and screens.
 */
export class ChatState {
  readonly userId: number
  readonly #notifier = new FrameNotifier()
  readonly #log = new MessageLog()
  #online = new Set<number>()
  /** client_id → the message */
  readonly #pending = new Map<string, PendingMessage>()
  #chat: ChatRef
  #status: ConnectionStatus = { state: 'idle' }
  #retryAtMs = 0
  #epoch: string | undefined
  #generation = 0
  #sortedOnline: readonly number[] | undefined
  #snapshot: ChatSnapshot | undefined

  constructor(userId: number, chat: ChatRef) {
    this.userId = userId
    this.#chat = chat
  }

  readonly subscribe = (listener: () => void) => this.#notifier.subscribe(listener)

  readonly getSnapshot = (): ChatSnapshot => {
    this.#sortedOnline ??= [...this.#online].sort((a, b) => a - b)
    const label = chatLabel(this.#chat)
    this.#snapshot ??= {
      status: this.#status,
      retryAtMs: this.#retryAtMs,
      online: this.#sortedOnline,
      chat: this.#chat,
      entries: [...this.#log.entries(label)],
      pending: [...this.#pending.values()].filter(({ chat }) => chatLabel(chat) === label),
    }
    return this.#snapshot
  }

  setStatus(status: ConnectionStatus): void {
    const wasOpen = this.#status.state === 'open'
    this.#status = status
    if (status.state === 'waiting') {
      this.#retryAtMs = Date.now() + status.delayMs
      if (wasOpen) this.#note(`connection lost: ${status.reason}`)
    }
    this.#changed()
  }

  /** A connection was greeted: what it says replaces what was known before. */
  established(frame: ConnectionEstablished): void {
    if (this.#epoch !== undefined)
      this.#note('connected again; messages sent meanwhile are not shown')
    if (this.#epoch !== frame.epoch) this.#generation += 1
    this.#epoch = frame.epoch
    this.#online = new Set(frame.online)
    this.#sortedOnline = undefined
    this.#changed()
  }

  setPresence(userId: number, isOnline: boolean): void {
    if (isOnline) this.#online.add(userId)
    else this.#online.delete(userId)
    this.#sortedOnline = undefined
    this.#changed()
  }

  addMessage(payload: MessagePayload): void {
    this.#add({ kind: 'chat', id: payload.chat_id }, payload)
  }

  addSupportMessage(payload: SupportMessagePayload): void {
    this.#add({ kind: 'support', id: payload.support_chat_id }, payload)
  }

  /** An own message is on its way. */
  sending(message: NamedMessage): void {
    this.#pending.set(message.client_id, {
      type: 'pending',
      chat: chatOf(message),
      senderId: message.sender_id,
      content: message.content,
      createdAt: new Date().toISOString(),
    })
    this.#changedNow()
  }

  /** An own message is stored. Its ACK may be all that ever comes back of one sent twice. */
  acknowledged(message: NamedMessage, { offset, created_at }: Ack): void {
    this.#pending.delete(message.client_id)
    const { sender_id, content } = message
    this.#add(chatOf(message), { sender_id, content, offset, created_at })
  }

  /** An own message will not be stored. */
  notSent(message: NamedMessage, why: string): void {
    this.#pending.delete(message.client_id)
    this.notify(`not sent: ${why}: ${message.content}`)
  }

  choose(chat: ChatRef): void {
    this.#chat = chat
    this.#changedNow()
  }

  /** Shows a line of the client's own in the chosen chat. */
  notify(text: string): void {
    this.#note(text)
    this.#changedNow()
  }

  close(): void {
    this.#notifier.close()
  }

  #add(
    chat: ChatRef,
    said: Pick<MessagePayload, 'sender_id' | 'content' | 'offset' | 'created_at'>,
  ): void {
    if (said.sender_id === this.userId) this.#settleEcho(chatLabel(chat), said.content)
    this.#log.add(chatLabel(chat), {
      type: 'message',
      senderId: said.sender_id,
      content: said.content,
      createdAt: said.created_at,
      generation: this.#generation,
      offset: said.offset,
    })
    this.#changed()
  }

  /** An own message may be sent to everyone before its ACK comes; it is not shown twice. */
  #settleEcho(label: string, content: string): void {
    for (const [clientId, pending] of this.#pending) {
      if (chatLabel(pending.chat) !== label || pending.content !== content) continue
      this.#pending.delete(clientId)
      return
    }
  }

  #note(text: string): void {
    const createdAt = new Date().toISOString()
    this.#log.add(chatLabel(this.#chat), { type: 'notice', text, createdAt })
  }

  #changed(): void {
    this.#snapshot = undefined
    this.#notifier.changed()
  }

  #changedNow(): void {
    this.#snapshot = undefined
    this.#notifier.changedNow()
  }
}

function chatOf(message: NamedMessage): ChatRef {
  return message.type === 'NEW_MESSAGE'
    ? { kind: 'chat', id: message.chat_id }
    : { kind: 'support', id: message.support_chat_id }
}
