import { eachGrapheme } from '../columns.ts'

/**
 * Breaks one line of text into lines of at most `columns` terminal columns, after a space where
 * there is one and between graphemes otherwise. The space at a break is left out. Only a
 * grapheme that is wider than `columns` by itself stands on a wider line. Controls take no column.
 */
export function wrapText(text: string, columns: number): string[] {
  if (text.length <= columns && /^[ -~\x80-\x9f]*$/.test(text)) return [text]
  const lines: string[] = []
  /** Where the line begins in the text, and its columns so far. */
  let start = 0
  let width = 0
  /** Behind the last space of the line: the place in the text, and the columns up to there. */
  let breakAt = 0
  let breakWidth = 0
  eachGrapheme(text, (at, end, graphemeWidth) => {
    const isSpace = end === at + 1 && text[at] === ' '
    while (!isSpace && start < at && width + graphemeWidth > columns) {
      const isAtSpace = breakAt > start
      const cut = isAtSpace ? breakAt : at
      lines.push(text.slice(start, cut).trimEnd())
      width = isAtSpace ? width - breakWidth : 0
      start = cut
      breakWidth = 0
    }
    width += graphemeWidth
    if (!isSpace) return
    breakAt = end
    breakWidth = width
  })
  const last = text.slice(start)
  lines.push(width > columns ? last.trimEnd() : last)
  return lines
}
