/**
 * Users whose last connection closed, for as long as they may come back without anyone noticing.
 * One timer serves all: whoever left first is the first to be gone.
 */
export class OfflineGrace {
  readonly #graceMs: number
  readonly #onGone: (userId: number) => void
  /** User → when it counts as gone, in the order of leaving. */
  readonly #deadlines = new Map<number, number>()
  #timer: NodeJS.Timeout | undefined

  /** @param graceMs 0 for none */
  constructor(graceMs: number, onGone: (userId: number) => void) {
    this.#graceMs = graceMs
    this.#onGone = onGone
  }

  /** A user's last connection has closed. */
  add(userId: number): void {
    if (this.#graceMs === 0) {
      this.#onGone(userId)
      return
    }
    this.#deadlines.set(userId, performance.now() + this.#graceMs)
    this.#timer ??= this.#setTimer()
  }

  /** A user has come back; false when it was not away. */
  cancel(userId: number): boolean {
    return this.#deadlines.delete(userId)
  }

  /** Whoever is away is gone now. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const userId of [...this.#deadlines.keys()]) this.#end(userId)
  }

  #setTimer(): NodeJS.Timeout | undefined {
    const [first] = this.#deadlines.values()
    if (first === undefined) return undefined
    return setTimeout(() => this.#endDue(), Math.max(0, first - performance.now())).unref()
  }

  #endDue(): void {
    for (const [userId, deadline] of this.#deadlines) {
      if (deadline > performance.now()) break
      this.#end(userId)
    }
    this.#timer = this.#setTimer()
  }

  #end(userId: number): void {
    this.#deadlines.delete(userId)
    this.#onGone(userId)
  }
}
