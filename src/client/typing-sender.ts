import { type ChatRef, chatKeyOf, onlyChat } from '../protocol/chat.ts'
import { TYPING_EXPIRES_MS } from '../protocol/limits.ts'
import type { Link } from './reconnecting-socket.ts'

/** How often it is said again that the user still types. */
const REPEAT_MS = TYPING_EXPIRES_MS / 2

/** Tells the server where the user types, as often as it is useful, and nothing while away. */
export class TypingSender {
  readonly #link: Link
  /** Chat → when it was last said that the user types there, on the clock of `performance`. */
  readonly #saidAtMs = new Map<string, number>()

  constructor(link: Link) {
    this.#link = link
  }

  /** The user types in a chat; to be called with every change of the text. */
  typing(chat: ChatRef): void {
    if (!this.#link.isOpen || this.#isSaid(chat, REPEAT_MS)) return
    this.#saidAtMs.set(chatKeyOf(chat), performance.now())
    this.#link.send({ type: 'TYPING', ...onlyChat(chat), typing: true })
  }

  /** The user has stopped to type in a chat. */
  stopped(chat: ChatRef): void {
    if (this.#isSaid(chat, TYPING_EXPIRES_MS))
      this.#link.send({ type: 'TYPING', ...onlyChat(chat), typing: false })
    this.#saidAtMs.delete(chatKeyOf(chat))
  }

  /** A new connection has been told nothing. */
  reset(): void {
    this.#saidAtMs.clear()
  }

  #isSaid(chat: ChatRef, withinMs: number): boolean {
    const saidAtMs = this.#saidAtMs.get(chatKeyOf(chat))
    return saidAtMs !== undefined && performance.now() - saidAtMs < withinMs
  }
}
