import type { ChatClient } from '../client/chat-client.ts'
import type { Conversation } from '../client/conversation.ts'
import type { Payload } from '../client/known-message.ts'
import type { NamedMessage } from '../client/requests.ts'
import { type Chat, type ChatRef, chatOf } from '../protocol/chat.ts'
import { chatLabel } from './chat-label.ts'
import type { PendingMessage } from './pane/pane-entry.ts'

interface Sent {
  readonly label: string
  readonly shown: PendingMessage
  /** Once it is stored; it is shown as pending until it comes like others' messages. */
  id: number | undefined
}

/** The own messages that are on their way. */
export class SentMessages {
  readonly #client: ChatClient
  readonly #conversation: Conversation
  readonly #onChange: () => void
  readonly #ends: (() => void)[]
  /** client_id → the message, in the order of sending */
  readonly #sent = new Map<string, Sent>()
  #pending = new Map<string, readonly PendingMessage[]>()

  /** @param onChange is called after changes */
  constructor(client: ChatClient, conversation: Conversation, onChange: () => void) {
    this.#client = client
    this.#conversation = conversation
    this.#onChange = onChange
    this.#ends = [
      client.on('message', (payload) => this.#settle(payload)),
      client.on('supportMessage', (payload) => this.#settle(payload)),
      client.on('gap', () => this.#forgetStored()),
    ]
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
      if (this.#conversation.message(message as ChatRef, id)) this.#sent.delete(client_id)
    } catch (error) {
      this.#sent.delete(client_id)
      throw error
    } finally {
      this.#changedPending()
    }
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

  close(): void {
    for (const end of this.#ends) end()
  }

  /** An own message has come; its ACK may come later. */
  #settle({ sender_id, client_id }: Payload): void {
    if (sender_id !== this.#client.userId || client_id === undefined) return
    if (this.#sent.delete(client_id)) this.#changedPending()
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
