/** Numbers by index, 0 where none was set; grows as needed. */
export class GrowingArray {
  #values = new Float64Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  get(index: number): number {
    return this.#values[index] ?? 0
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const values = new Float64Array(Math.max(index + 1, this.#values.length * 2))
      values.set(this.#values)
      this.#values = values
    }
    this.#values[index] = value
    if (index >= this.#length) this.#length = index + 1
  }

  /** A copy of what was set. */
  toArray(): Float64Array {
    return this.#values.slice(0, this.#length)
  }
}
