import type { NewMessage, NewSupportMessage } from '../protocol/client-frames.ts'
import { ChatwsError } from '../protocol/error.ts'
import type { Ack } from '../protocol/server-frames.ts'

/** A message that can be told apart: one with a `client_id`. */
export type NamedMessage = (NewMessage | NewSupportMessage) & { client_id: string }

interface PendingSend {
  readonly frame: NamedMessage
  readonly resolve: (ack: Ack) => void
  readonly reject: (error: unknown) => void
}

/**
 * The messages that were sent, or wait to be, and have no answer yet, in the order of sending.
 * Knows nothing of sockets.
 */
export class PendingSends {
  /** client_id → the message */
  readonly #pending = new Map<string, PendingSend>()

  get size(): number {
    return this.#pending.size
  }

  /** The unanswered messages, oldest first. */
  frames(): NamedMessage[] {
    return Array.from(this.#pending.values(), ({ frame }) => frame)
  }

  find(clientId: string): NamedMessage | undefined {
    return this.#pending.get(clientId)?.frame
  }

  /** Resolves with the message's ACK, and rejects when it is refused or given up. */
  add(frame: NamedMessage): Promise<Ack> {
    if (this.#pending.has(frame.client_id))
      return Promise.reject(
        new ChatwsError('USAGE', `client_id ${frame.client_id} is already being sent`),
      )
    return new Promise((resolve, reject) => {
      this.#pending.set(frame.client_id, { frame, resolve, reject })
    })
  }

  /** The server has stored a message. */
  settle(ack: Ack): void {
    this.#take(ack.client_id)?.resolve(ack)
  }

  /** A message will not be sent any more; unknown ones are ignored. */
  reject(clientId: string, error: unknown): void {
    this.#take(clientId)?.reject(error)
  }

  /** No message will be sent any more. */
  rejectAll(error: unknown): void {
    for (const clientId of [...this.#pending.keys()]) this.reject(clientId, error)
  }

  #take(clientId: string): PendingSend | undefined {
    const pending = this.#pending.get(clientId)
    this.#pending.delete(clientId)
    return pending
  }
}
