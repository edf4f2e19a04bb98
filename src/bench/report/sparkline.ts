const BARS = '▁▂▃▄▅▆▇█'

/**
 * Values as a line of bars, from 0 to the greatest; a gap where there is none. More values than
 * there is room for share bars, each as high as its greatest.
 */
export function sparkline(values: readonly (number | undefined)[], room: number): string {
  const columns = intoColumns(values, room).map((shared) => {
    const known = shared.filter((value) => value !== undefined)
    return known.length === 0 ? undefined : Math.max(...known)
  })
  const most = Math.max(0, ...columns.filter((value) => value !== undefined))
  return columns
    .map((value) => {
      if (value === undefined) return ' '
      return most === 0 ? BARS[0] : BARS[Math.round((value / most) * (BARS.length - 1))]
    })
    .join('')
}

/** Names under the columns of a sparkline of as many values: each where its stretch begins. */
export function nameStretches(names: readonly string[], room: number): string {
  const columns = intoColumns(names, room).map(([name]) => name!)
  let text = ''
  for (let at = 0; at < columns.length; ) {
    const end = columns.findIndex((name, index) => index > at && name !== columns[at])
    const length = (end < 0 ? columns.length : end) - at
    const isLast = end < 0
    text += columns[at]!.slice(0, isLast ? undefined : length - 1).padEnd(length - (isLast ? 0 : 1))
    if (!isLast) text += '│'
    at += length
  }
  return text
}

/** Values one after the other, in at most so many columns of equal width. */
function intoColumns<T>(values: readonly T[], room: number): T[][] {
  if (values.length <= room) return values.map((value) => [value])
  return Array.from({ length: room }, (_, column) =>
    values.slice(
      Math.floor((column * values.length) / room),
      Math.floor(((column + 1) * values.length) / room),
    ),
  )
}
