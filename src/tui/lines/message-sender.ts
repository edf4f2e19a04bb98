import type { ChatClient } from '../../client/chat-client.ts'
import type { NamedMessage } from '../../client/requests.ts'
import { whyTooLarge } from './outgoing-message.ts'

/** While more messages than this wait for their ACK, no further ones are read. */
const MAX_PENDING = 1_000

/** Sends messages and knows when there is room for more, and when all have been answered. */
export class MessageSender {
  readonly #client: ChatClient
  readonly #onRefused: (line: number, why: string) => void
  #pending = 0
  #wake: (() => void) | undefined

  /** @param onRefused hears of each message that is not stored, and the line it came from */
  constructor(client: ChatClient, onRefused: (line: number, why: string) => void) {
    this.#client = client
    this.#onRefused = onRefused
  }

  /** Messages without an answer. */
  get pending(): number {
    return this.#pending
  }

  send(line: number, message: NamedMessage): void {
    const tooLarge = whyTooLarge(message)
    if (tooLarge !== undefined) {
      this.#onRefused(line, tooLarge)
      return
    }
    this.#pending += 1
    this.#client.send(message).then(
      () => this.#answered(),
      (error: Error) => {
        // What a closed client gives up is told as one, by whoever closed it.
        if (this.#client.status.state !== 'closed') this.#onRefused(line, error.message)
        this.#answered()
      },
    )
  }

  /** Resolves once there is room for another message; one caller at a time. */
  async room(): Promise<void> {
    while (this.#pending >= MAX_PENDING) await this.#nextAnswer()
  }

  /** Resolves once every message has its answer; one caller at a time. */
  async idle(): Promise<void> {
    while (this.#pending > 0) await this.#nextAnswer()
  }

  #nextAnswer(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #answered(): void {
    this.#pending -= 1
    this.#wake?.()
  }
}
