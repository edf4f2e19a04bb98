import stringWidth from 'string-width'

const segmenter = new Intl.Segmenter()

/**
 * Breaks one line of text into lines of at most `columns` terminal columns, after a space where
 * there is one and between graphemes otherwise. The space at a break is left out. Only a
 * grapheme that is wider than `columns` by itself stands on a wider line. Controls take no column.
 */
export function wrapText(text: string, columns: number): string[] {
  if (text.length <= columns && /^[ -~\x80-\x9f]*$/.test(text)) return [text]
  const lines: string[] = []
  let line = ''
  let width = 0
  /** Behind the last space of `line`, in code units and in columns. */
  let breakAt = 0
  let breakWidth = 0
  const cut = (length: number, cutWidth: number) => {
    lines.push(line.slice(0, length).trimEnd())
    line = line.slice(length)
    width -= cutWidth
    breakAt = 0
    breakWidth = 0
  }
  for (const { segment } of segmenter.segment(text)) {
    const segmentWidth = stringWidth(segment)
    const isSpace = segment === ' '
    while (!isSpace && line !== '' && width + segmentWidth > columns)
      cut(breakAt || line.length, breakWidth || width)
    line += segment
    width += segmentWidth
    if (isSpace) {
      breakAt = line.length
      breakWidth = width
    }
  }
  lines.push(width > columns ? line.trimEnd() : line)
  return lines
}
