/** Timers that end together. */
export class Timers {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()

  /** Calls `work` once, unless the function returned, or `clear`, is called before. */
  after(delayMs: number, work: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, delayMs)
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
