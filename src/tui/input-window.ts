import stringWidth from 'string-width'
import { sanitizeLine } from './sanitize.ts'

const segmenter = new Intl.Segmenter()

/** The part of a long line that is on screen, and the column of the cursor in it. */
export interface InputWindow {
  readonly text: string
  readonly cursorColumn: number
}

/** Cuts what fits into `columns` out of a line, so that the cursor is in it, behind what it follows. */
export function windowOf(text: string, cursor: number, columns: number): InputWindow {
  let before = ''
  let cursorColumn = 0
  // The cursor itself takes a column.
  for (const grapheme of graphemes(text.slice(0, cursor)).reverse()) {
    const width = stringWidth(grapheme)
    if (cursorColumn + width > columns - 1) break
    before = grapheme + before
    cursorColumn += width
  }
  let after = ''
  let rest = columns - cursorColumn
  for (const grapheme of graphemes(text.slice(cursor, cursor + 4 * columns))) {
    rest -= stringWidth(grapheme)
    if (rest < 0) break
    after += grapheme
  }
  return { text: before + after, cursorColumn }
}

function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => sanitizeLine(segment))
}
