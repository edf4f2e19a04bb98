import { setTimeout as sleep } from 'node:timers/promises'
import { ChatwsError } from '../../protocol/error.ts'
import type { Store } from '../../storage/store.ts'

/** A healthy database answers within it, and whoever asks waits longer. */
const TIMEOUT_MS = 2_000

/**
 * Asks the database whether something can be stored, and how far its log has come, once for all who
 * ask at the same time.
 */
export class DatabaseProbe {
  readonly #store: Pick<Store, 'confirmWritable' | 'lastOffset'>
  #asking: Promise<number> | undefined

  constructor(store: Pick<Store, 'confirmWritable' | 'lastOffset'>) {
    this.#store = store
  }

  /** The newest offset stored. Throws UNAVAILABLE when nothing can be stored, or not in time. */
  async lastOffset(): Promise<number> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  async #find(): Promise<number> {
    await this.#store.confirmWritable()
    return this.#store.lastOffset()
  }

  async #ask(): Promise<number> {
    const abort = new AbortController()
    const timeout = sleep(TIMEOUT_MS, undefined, { signal: abort.signal, ref: false }).then(() => {
      throw new Error(`no answer within ${TIMEOUT_MS} ms`)
    })
    // Losing the race is no failure of its own.
    timeout.catch(() => {})
    try {
      return await Promise.race([this.#find(), timeout])
    } catch (cause) {
      throw new ChatwsError('UNAVAILABLE', 'The database does not answer', { cause })
    } finally {
      abort.abort()
    }
  }
}
