import type { ChatClient, ConnectionStatus } from '../client/chat-client.ts'
import { Conversation } from '../client/conversation.ts'
import type { ChatState } from '../client/known-chat.ts'
import type { Payload } from '../client/known-message.ts'
import type { KnownUser } from '../client/known-users.ts'
import type { NamedMessage } from '../client/requests.ts'
import { type Chat, type ChatRef, chatOf, chatRef } from '../protocol/chat.ts'
import { chatLabel } from './chat-label.ts'
import type { PendingMessage, StoredMessage } from './pane/pane-entry.ts'
import type { UserRow } from './screen-model.ts'

/** The newest messages kept of each chat, besides older ones that were scrolled to. */
const MAX_MESSAGES = 2_000

/** So many of the newest messages tell who has written lately. */
const MAX_LATELY = 200

interface Sent {
  readonly label: string
  readonly shown: PendingMessage
  /** Once it is stored; it is shown as pending until it comes like others' messages. */
  id: number | undefined
}

/**
 * What the screen shows of the server's side: what the client knows of chats and users, and the
 * own messages that are on their way. Lists stay the same objects while nothing in them changes.
 */
export class ChatData {
  readonly userId: number
  readonly conversation = new Conversation({ maxMessages: MAX_MESSAGES })
  readonly #client: ChatClient
  readonly #onChange: () => void
  readonly #ends: (() => void)[]
  /** client_id → the message, in the order of sending */
  readonly #sent = new Map<string, Sent>()
  #pending = new Map<string, readonly PendingMessage[]>()
  #users: { known: readonly KnownUser[]; rows: readonly UserRow[] } | undefined

  /** @param onChange is called after changes */
  constructor(client: ChatClient, onChange: () => void) {
    this.userId = client.userId
    this.#client = client
    this.#onChange = onChange
    this.#ends = [
      client.on('message', (payload) => this.#settle(payload)),
      client.on('supportMessage', (payload) => this.#settle(payload)),
      client.on('gap', () => this.#forgetStored()),
      this.conversation.attach(client),
      this.conversation.subscribe(onChange),
    ]
  }

  get status(): ConnectionStatus {
    return this.#client.status
  }

  /** Sends a message, which is shown as pending until it has come back. */
  async send(message: NamedMessage): Promise<void> {
    const { client_id, sender_id, content, reply_to, file_type, file_paths } = message
    const sent: Sent = {
      label: chatLabel(chatOf(message as ChatRef)),
      shown: {
        type: 'pending',
        clientId: client_id,
        senderId: sender_id,
        content,
        createdAt: new Date().toISOString(),
        ...(reply_to !== undefined && { replyTo: reply_to }),
        ...(file_type !== undefined && { fileType: file_type }),
        ...(file_paths !== undefined && { filePaths: file_paths }),
      },
      id: undefined,
    }
    this.#sent.set(client_id, sent)
    this.#changedPending()
    try {
      const { id } = await this.#client.send(message)
      sent.id = id
      if (this.conversation.message(message as ChatRef, id)) this.#sent.delete(client_id)
    } catch (error) {
      this.#sent.delete(client_id)
      throw error
    } finally {
      this.#changedPending()
    }
  }

  /** Oldest first. */
  messagesOf(chat: Chat): readonly StoredMessage[] {
    return this.conversation.messages(refOf(chat))
  }

  /** Own messages that have not come back, oldest first. */
  pendingOf(chat: Chat): readonly PendingMessage[] {
    const label = chatLabel(chat)
    let pending = this.#pending.get(label)
    if (!pending) {
      const sent = [...this.#sent.values()].filter((one) => one.label === label)
      pending = sent.map(({ shown }) => shown)
      this.#pending.set(label, pending)
    }
    return pending
  }

  stateOf(chat: Chat): ChatState {
    return this.conversation.chat(refOf(chat))
  }

  /** The chats there are. */
  chats(): readonly ChatState[] {
    return this.conversation.chats()
  }

  /** Who is online, ascending. */
  users(): readonly UserRow[] {
    const known = this.conversation.users()
    if (this.#users?.known !== known) {
      const online = known.filter(({ status }) => status !== 'offline')
      const rows = online.map(({ userId, status, connections }) => ({
        id: userId,
        isIdle: status === 'idle',
        connections: connections ?? 0,
      }))
      this.#users = { known, rows }
    }
    return this.#users.rows
  }

  /** The others: who has written there lately, the newest first, then who is online. */
  othersIn(chat: Chat): readonly number[] {
    const lately = this.messagesOf(chat).slice(-MAX_LATELY)
    const writers = lately.map(({ sender_id }) => sender_id).reverse()
    const online = this.users().map(({ id }) => id)
    return [...new Set([...writers, ...online])].filter((id) => id !== this.userId)
  }

  /** Who is typing there, besides the user. */
  typistsOf(chat: Chat): readonly number[] {
    return this.stateOf(chat).typing.filter((id) => id !== this.userId)
  }

  /** How far the user has read there, as an id; 0 for nothing. */
  readOf(chat: Chat): number {
    return this.stateOf(chat).cursors.get(this.userId)?.read ?? 0
  }

  /** How many others have a message, and how many have read it. */
  receiptsOf(chat: Chat, id: number): { readonly delivered: number; readonly read: number } {
    let delivered = 0
    let read = 0
    for (const [userId, cursor] of this.stateOf(chat).cursors) {
      if (userId === this.userId) continue
      if (cursor.delivered >= id) delivered += 1
      if (cursor.read >= id) read += 1
    }
    return { delivered, read }
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  /** An own message has come; its ACK may come later. */
  #settle(payload: Payload): void {
    if (payload.sender_id !== this.userId || this.#sent.size === 0) return
    const label = chatLabel(chatOf(payload as ChatRef))
    for (const [clientId, { label: sentTo, shown, id }] of this.#sent) {
      const isIt = id === undefined ? shown.content === payload.content : id === payload.id
      if (sentTo !== label || !isIt) continue
      this.#sent.delete(clientId)
      this.#changedPending()
      return
    }
  }

  /** The server has another history: what was stored in the one before will not come. */
  #forgetStored(): void {
    for (const [clientId, { id }] of this.#sent) if (id !== undefined) this.#sent.delete(clientId)
    this.#changedPending()
  }

  #changedPending(): void {
    this.#pending = new Map()
    this.#onChange()
  }
}

/** A chat as frames name it. */
export function refOf({ kind, id }: Chat): ChatRef {
  return chatRef(kind, id)
}
