/** Keys below which nothing is cleared away. */
const MIN_PURGE = 1_024

/** A difference of times below this is an error of rounding, in milliseconds. */
export const ROUNDING_MS = 1e-3

/**
 * A token bucket for each key, kept as one number: when it will be full again (the virtual
 * scheduling of GCRA, ITU-T I.371). A full bucket takes no memory.
 */
export class TokenBuckets<Key> {
  readonly #intervalMs: number
  readonly #burstMs: number
  /** Key → when its bucket will be full, in milliseconds. */
  readonly #fullAt = new Map<Key, number>()
  #purgeAtSize = MIN_PURGE

  /** @param burst tokens in a full bucket, 1 or more */
  constructor(ratePerSecond: number, burst: number) {
    this.#intervalMs = 1_000 / ratePerSecond
    this.#burstMs = (burst - 1) * this.#intervalMs
  }

  /** Takes a token and returns 0, or takes none and returns how long until there is one. */
  take(key: Key, nowMs: number): number {
    const fullAt = Math.max(nowMs, this.#fullAt.get(key) ?? 0)
    const waitMs = fullAt - this.#burstMs - nowMs
    if (waitMs > ROUNDING_MS) return waitMs
    if (this.#fullAt.size >= this.#purgeAtSize) this.#purge(nowMs)
    this.#fullAt.set(key, fullAt + this.#intervalMs)
    return 0
  }

  /** Keys whose buckets are not known to be full. */
  get size(): number {
    return this.#fullAt.size
  }

  #purge(nowMs: number): void {
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= nowMs) this.#fullAt.delete(key)
    this.#purgeAtSize = Math.max(MIN_PURGE, 2 * this.#fullAt.size)
  }
}
