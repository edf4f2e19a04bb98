/** The longest delay that timers know; they take a longer one for none. */
const MAX_DELAY_MS = 2 ** 31 - 1

/** Timers that end together. */
export class Timers {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()

  /** Calls `work` once, after at most 24 days, unless the function returned, or `clear`, is called before. */
  after(delayMs: number, work: () => void): () => void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        work()
      },
      Math.min(delayMs, MAX_DELAY_MS),
    )
    this.#timers.add(timer)
    return () => {
      clearTimeout(timer)
      this.#timers.delete(timer)
    }
  }

  /** Ends them all. */
  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
