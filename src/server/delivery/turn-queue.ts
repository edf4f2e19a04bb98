/** Those that wait for a turn of the event loop of their own. */
export class TurnQueue<Waiter> {
  readonly #goOn: (waiter: Waiter) => void
  readonly #waiting = new Set<Waiter>()

  /** @param goOn is called with each in the order in which they came, and with one only in a turn */
  constructor(goOn: (waiter: Waiter) => void) {
    this.#goOn = goOn
  }

  /** Has it wait, unless it does already. */
  add(waiter: Waiter): void {
    if (this.#waiting.size === 0) setImmediate(this.#next)
    this.#waiting.add(waiter)
  }

  has(waiter: Waiter): boolean {
    return this.#waiting.has(waiter)
  }

  readonly #next = (): void => {
    const [first] = this.#waiting
    this.#waiting.delete(first!)
    if (this.#waiting.size > 0) setImmediate(this.#next)
    this.#goOn(first!)
  }
}
