/** The first delay is drawn from 0 up to this. */
const BASE_MS = 500

/** No delay is longer. */
const CAP_MS = 20_000

/**
 * Delays between attempts: exponential with full jitter, so that clients which lost the same
 * server do not come back all at once
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export class Backoff {
  readonly #random: () => number
  #attempt = 0

  /** @param random returns numbers in [0, 1) */
  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** Attempts since the last success. */
  get attempt(): number {
    return this.#attempt
  }

  /**
   * Counts one attempt and returns how long to wait before it, in milliseconds.
   *
   * @param leastMs what the server asked to wait at least; the jitter is added to it
   */
  next(leastMs = 0): number {
    const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** this.#attempt)
    this.#attempt += 1
    return leastMs + this.#random() * ceiling
  }

  /** An attempt succeeded. */
  reset(): void {
    this.#attempt = 0
  }
}
