import type { ChatView } from './chat-view.ts'
import { Listeners } from './listeners.ts'
import { type Readable, whileRead } from './readable.ts'

/** How often the round trip is measured. */
const INTERVAL_MS = 15_000

/** How long an answer of the server takes, measured as long as somebody listens. */
export class Lag extends Listeners {
  /** In milliseconds; undefined while there is no connection. */
  readonly ms: Readable<number | undefined>
  readonly #view: ChatView
  #ms: number | undefined
  #wishes = 0

  constructor(view: ChatView) {
    super()
    this.#view = view
    const { subscribe } = this
    const ms = { subscribe, start: undefined, get: () => this.#ms }
    this.ms = whileRead(ms, () => this.#begin())
    view.client.on('status', () => this.#set(undefined))
    view.client.on('established', () => {
      if (this.#wishes > 0) this.#measure()
    })
  }

  #begin(): () => void {
    this.#wishes += 1
    if (this.#wishes === 1) this.#measure()
    const timer = setInterval(() => this.#measure(), INTERVAL_MS)
    return () => {
      this.#wishes -= 1
      clearInterval(timer)
    }
  }

  #measure(): void {
    const { client } = this.#view
    if (client.status.state !== 'open') return
    client.ping().then(
      (ms) => this.#set(ms),
      // A lost connection tells its own.
      () => {},
    )
  }

  #set(ms: number | undefined): void {
    this.#ms = ms
    this.changed()
  }
}
