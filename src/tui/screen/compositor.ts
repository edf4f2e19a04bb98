/** Some lines and the place on the screen that is theirs; row and column count from 0. */
export interface Region {
  readonly column: number
  readonly row: number
  /** Lines as a terminal is sent them; each takes at most the columns up to the next region. */
  readonly lines: readonly string[]
  /** Undefined where it reaches to the right edge. Otherwise its lines fill it exactly. */
  readonly columns?: number
}

/** A whole screen; its regions cover every row. */
export interface Frame {
  readonly regions: readonly Region[]
  readonly cursor: FrameCursor
}

/** Where the cursor stands. */
interface FrameCursor {
  readonly column: number
  readonly row: number
  /** Stands between that column and the cursor: only the terminal knows how wide it draws it. */
  readonly text?: string
}

/** What of a frame changes together, so that no terminal shows half of it. */
const BEGIN = '\x1b[?2026h'
const END = '\x1b[?2026l'

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'

/**
 * Keeps a terminal's screen equal to the newest frame: one write a frame, of the lines that
 * changed. It never clears the screen. Columns are addressed absolutely, because terminals
 * disagree with us, and among each other, on the width of some characters.
 */
export class Compositor {
  readonly #write: (text: string) => void
  /** `row:column` → what stands there */
  #drawn = new Map<string, string>()
  #cursor = ''

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** What is on the screen is not known any more: the next frame is written whole. */
  invalidate(): void {
    this.#drawn.clear()
    this.#cursor = ''
  }

  /** Brings the screen from the last frame to this one; writes nothing where they are equal. */
  paint({ regions, cursor }: Frame): void {
    const drawn = new Map<string, string>()
    let changes = ''
    for (const { column, row, lines, columns } of regions)
      for (const [index, line] of lines.entries()) {
        const place = `${row + index}:${column}`
        drawn.set(place, line)
        if (this.#drawn.get(place) === line) continue
        // What follows on the right stays; the rest of the row is erased, with no background, and
        // at first: behind a line that reaches the edge the cursor stands on its last character.
        const erase = columns === undefined ? '\x1b[K' : ''
        changes += `${moveTo(column, row + index)}${erase}${line}\x1b[0m`
      }
    const place = `${moveTo(cursor.column, cursor.row)}${cursor.text ?? ''}`
    if (changes === '' && place === this.#cursor) return
    this.#drawn = drawn
    this.#cursor = place
    this.#write(
      changes === '' ? place : `${BEGIN}${HIDE_CURSOR}${changes}${place}${SHOW_CURSOR}${END}`,
    )
  }
}

function moveTo(column: number, row: number): string {
  return `\x1b[${row + 1};${column + 1}H`
}
