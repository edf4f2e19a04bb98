import type { KnownMessage } from './known-message.ts'

/** The pinned messages of a chat that are known, the one pinned last first. */
export class KnownPins {
  #messages: readonly KnownMessage[] = []

  /** The same array until one changed. */
  all(): readonly KnownMessage[] {
    return this.#messages
  }

  /** The server tells of all. */
  replaceAll(messages: readonly KnownMessage[]): void {
    this.#messages = messages
  }

  add(message: KnownMessage): void {
    this.#messages = [message, ...this.#messages.filter(({ id }) => id !== message.id)]
  }

  remove(id: number): void {
    if (this.find(id)) this.#messages = this.#messages.filter((message) => message.id !== id)
  }

  find(id: number): KnownMessage | undefined {
    return this.#messages.find((message) => message.id === id)
  }

  /** Changes the one with an id, or all; false when that is not there. */
  change(change: (message: KnownMessage) => KnownMessage, id?: number): boolean {
    if (id !== undefined && !this.find(id)) return false
    this.#messages = this.#messages.map((message) =>
      id === undefined || message.id === id ? change(message) : message,
    )
    return true
  }
}
