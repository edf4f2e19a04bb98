import { nowUs } from '../clock.ts'

/**
 * How long frames of a connection wait to be found in the stream, and how often that must have been
 * tried: all sockets are read between two tries, which a process that was held up has yet to do.
 */
const PATIENCE_US = 200_000
const PATIENCE_TRIES = 20
const RETRY_MS = 5

/** Something that cannot be judged before others had the time to bring what it needs. */
export interface Waiting {
  /** Tries again; true when it waits no longer. */
  retry(): boolean
}

/** What waits in one generator, tried again until it has found its place. */
export class WaitingList {
  readonly #waits = new Map<Waiting, { readonly sinceUs: number; tries: number }>()
  #isRetryPlanned = false

  /** Tries again soon, and counts from the first time on. */
  add(one: Waiting): void {
    if (!this.#waits.has(one)) this.#waits.set(one, { sinceUs: nowUs(), tries: 0 })
    if (this.#isRetryPlanned) return
    this.#isRetryPlanned = true
    setImmediate(() => this.#retry())
  }

  /** Whether others had the time to bring what one waits for. */
  hasWaited(one: Waiting): boolean {
    const wait = this.#waits.get(one)
    if (wait === undefined || wait.tries < PATIENCE_TRIES) return false
    return nowUs() - wait.sinceUs > PATIENCE_US
  }

  #retry(): void {
    for (const [one, wait] of [...this.#waits]) {
      wait.tries += 1
      if (one.retry()) this.#waits.delete(one)
    }
    this.#isRetryPlanned = this.#waits.size > 0
    if (this.#isRetryPlanned) setTimeout(() => this.#retry(), RETRY_MS)
  }
}
