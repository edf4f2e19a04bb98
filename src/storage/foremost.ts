/** The first `limit` of many values in an order; it holds no more than twice as many at any time. */
export class Foremost<Value> {
  readonly #limit: number
  readonly #compare: (a: Value, b: Value) => number
  #values: Value[] = []

  /** @param compare below 0 where `a` comes before `b` */
  constructor(limit: number, compare: (a: Value, b: Value) => number) {
    this.#limit = limit
    this.#compare = compare
  }

  add(value: Value): void {
    this.#values.push(value)
    if (this.#values.length >= 2 * this.#limit) this.#cut()
  }

  /** Those that are first, in order. */
  get values(): readonly Value[] {
    this.#cut()
    return this.#values
  }

  /** One that all which count come before, or are equal to; undefined while all count. */
  get bound(): Value | undefined {
    return this.#values.length < this.#limit ? undefined : this.values.at(-1)
  }

  #cut(): void {
    this.#values = this.#values.sort(this.#compare).slice(0, this.#limit)
  }
}
