/** What a terminal would show, of the sequences that the compositor writes and no others. */
export class VirtualScreen {
  readonly #columns: number
  #rows: string[][]
  #column = 0
  #row = 0
  /** Everything that was written. */
  written = ''

  constructor(columns: number, rows: number) {
    this.#columns = columns
    this.#rows = Array.from({ length: rows }, () => Array<string>(columns).fill(' '))
  }

  get lines(): string[] {
    return this.#rows.map((row) => row.join('').trimEnd())
  }

  /** Where the next character would stand; row and column count from 0. */
  get cursor(): { column: number; row: number } {
    return { column: this.#column, row: this.#row }
  }

  readonly write = (text: string): void => {
    this.written += text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is the point
    for (const part of text.split(/(\x1b\[[?0-9;]*[A-Za-z])/)) this.#take(part)
  }

  #take(part: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: see above
    const sequence = /^\x1b\[([?0-9;]*)([A-Za-z])$/.exec(part)
    if (!sequence) {
      this.#put(part)
      return
    }
    const [, parameters = '', final] = sequence
    if (final === 'H') {
      const [row = 1, column = 1] = parameters.split(';').map(Number)
      this.#row = row - 1
      this.#column = column - 1
    } else if (final === 'K')
      // Behind the last column a terminal's cursor stays on it.
      this.#rows[this.#row]?.fill(' ', Math.min(this.#column, this.#columns - 1))
    else if (final !== 'm' && final !== 'h' && final !== 'l')
      throw new Error(`the compositor wrote ${JSON.stringify(part)}`)
  }

  #put(text: string): void {
    for (const { segment } of new Intl.Segmenter().segment(text)) {
      if (/\p{Cc}/u.test(segment))
        throw new Error(`a control came through: ${JSON.stringify(text)}`)
      const row = this.#rows[this.#row]
      if (row && this.#column < this.#columns) row[this.#column] = segment
      this.#column += 1
    }
  }
}
