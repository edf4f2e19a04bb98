import { columnsOf, eachGrapheme } from '../columns.ts'
import { sanitizeLine } from '../sanitize.ts'

/** Of a longer line only this much around the cursor is laid out, in UTF-16 code units. */
const WINDOW = 8_192

/** The rows of a text that are on screen, and the place of the cursor among them. */
export interface InputLayout {
  readonly rows: readonly string[]
  readonly cursorRow: number
  readonly cursorColumn: number
  /** What stands before the cursor in its row: a terminal may draw it on fewer columns. */
  readonly beforeCursor: string
  /** Where the rows above and below the cursor's begin in the text; undefined where there is none. */
  readonly above: number | undefined
  readonly below: number | undefined
}

interface Row {
  readonly text: string
  /** Where it begins and ends in the whole text, in UTF-16 code units. */
  readonly start: number
  readonly end: number
}

export interface InputSize {
  readonly columns: number
  /** At most this many rows are shown. */
  readonly maxRows: number
}

/** Breaks a text into rows between graphemes; of those that do not fit, the ones around the cursor. */
export function layOutInput(text: string, cursor: number, size: InputSize): InputLayout {
  const { maxRows } = size
  // One column stays free behind the text: the cursor stands there at the end of a full row.
  const columns = Math.max(1, size.columns - 1)
  const line = lineAround(text, cursor)
  const rows = layOutLine(text, line, columns)
  let at = rows.findIndex(({ end }) => cursor <= end)
  const isAtBreak = rows[at]?.end === cursor && rows[at + 1]?.start === cursor
  if (isAtBreak) at += 1
  let { start, end } = line
  while (at < maxRows && text[start - 1] === '\n') {
    const before = lineAround(text, start - 1)
    const added = layOutLine(text, before, columns)
    rows.unshift(...added)
    at += added.length
    start = before.start
  }
  while (rows.length - at <= maxRows && text[end] === '\n') {
    const after = lineAround(text, end + 1)
    rows.push(...layOutLine(text, after, columns))
    end = after.end
  }
  const row = rows[at]!
  const first = Math.max(0, Math.min(at - maxRows + 1, rows.length - maxRows))
  const shown = rows.slice(first, first + maxRows)
  const beforeCursor = sanitizeLine(text.slice(row.start, cursor))
  return {
    rows: shown.map((one) => one.text),
    cursorRow: at - first,
    cursorColumn: columnsOf(beforeCursor),
    beforeCursor,
    above: rows[at - 1]?.start,
    below: rows[at + 1]?.start,
  }
}

/** The position in the text nearest to a column of the row that begins at `start`. */
export function positionAt(text: string, start: number, column: number): number {
  const near = text.slice(start, start + 4 * column + 64)
  const line = near.split('\n', 1)[0]!
  let at = start
  let width = 0
  eachGrapheme(line, (from, end) => {
    if (width >= column) return
    width += columnsOf(sanitizeLine(line.slice(from, end)))
    at = start + end
  })
  return at
}

/** The line that a position is in, or the part around it of one that is very long. */
function lineAround(text: string, position: number): { start: number; end: number } {
  const start = position === 0 ? 0 : text.lastIndexOf('\n', position - 1) + 1
  const newline = text.indexOf('\n', position)
  const end = newline < 0 ? text.length : newline
  if (end - start <= 2 * WINDOW) return { start, end }
  // Windows begin at fixed places, so that rows do not shift with each key.
  const window = Math.floor((position - start) / WINDOW)
  const windowStart = start + Math.max(0, window - 1) * WINDOW
  return { start: windowStart, end: Math.min(end, windowStart + 3 * WINDOW) }
}

function layOutLine(text: string, line: { start: number; end: number }, columns: number): Row[] {
  const rows: Row[] = []
  const content = text.slice(line.start, line.end)
  if (/^[ -~]*$/.test(content)) {
    for (let at = 0; at === 0 || at < content.length; at += columns) {
      const row = content.slice(at, at + columns)
      rows.push({ text: row, start: line.start + at, end: line.start + at + row.length })
    }
    return rows
  }
  const isSafe = sanitizeLine(content) === content
  let row = ''
  let width = 0
  let start = line.start
  eachGrapheme(content, (from, end, columnCount) => {
    const grapheme = content.slice(from, end)
    const shown = isSafe ? grapheme : sanitizeLine(grapheme)
    const shownColumns = isSafe ? columnCount : columnsOf(shown)
    if (width + shownColumns > columns && row !== '') {
      rows.push({ text: row, start, end: line.start + from })
      row = ''
      width = 0
      start = line.start + from
    }
    row += shown
    width += shownColumns
  })
  rows.push({ text: row, start, end: line.end })
  return rows
}
