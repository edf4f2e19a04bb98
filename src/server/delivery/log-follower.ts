import type { Store } from '../../storage/store.ts'
import type { Broadcaster } from './broadcaster.ts'

const INTERVAL_MS = 1_000

/**
 * Tells what others stored in the same database (another server, or whoever looks after it) though nothing
 * is stored here.
 */
export class LogFollower {
  readonly #store: Pick<Store, 'lastOffset'>
  readonly #broadcaster: Pick<Broadcaster, 'follow'>
  #timer: NodeJS.Timeout | undefined

  constructor(store: Pick<Store, 'lastOffset'>, broadcaster: Pick<Broadcaster, 'follow'>) {
    this.#store = store
    this.#broadcaster = broadcaster
  }

  /** Looks every second. */
  start(): void {
    this.#timer = setInterval(() => {
      // A database that is away is noticed by those who store something.
      this.look().catch(() => {})
    }, INTERVAL_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Throws STORAGE_UNAVAILABLE. */
  async look(): Promise<void> {
    await this.#broadcaster.follow(await this.#store.lastOffset())
  }
}
