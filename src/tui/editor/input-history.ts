/** Older lines are forgotten. */
const MAX_LINES = 500

/** The lines that were entered, and which of them is shown; the unfinished line is not lost. */
export class InputHistory {
  readonly #lines: string[] = []
  /** Lines back from the unfinished one. */
  #back = 0
  #draft = ''

  /** A line was entered. */
  add(line: string): void {
    this.#back = 0
    if (line === this.#lines.at(-1)) return
    this.#lines.push(line)
    if (this.#lines.length > MAX_LINES) this.#lines.shift()
  }

  /** The line before the one shown, which is `current`; undefined when there is none. */
  previous(current: string): string | undefined {
    if (this.#back === this.#lines.length) return undefined
    if (this.#back === 0) this.#draft = current
    this.#back += 1
    return this.#lines.at(-this.#back)
  }

  /** The line after the one shown, at last the unfinished one; undefined when there is none. */
  next(): string | undefined {
    if (this.#back === 0) return undefined
    this.#back -= 1
    return this.#back === 0 ? this.#draft : this.#lines.at(-this.#back)
  }
}
