import { REPORTED_COLUMNS } from '../metrics/series.ts'
import type { Second } from '../result/bench-result.ts'
import { formatShort } from './format-number.ts'
import { nameStretches, sparkline } from './sparkline.ts'
import { PLAIN, type Style } from './style.ts'

/** Columns that a line over time takes at most, without its name. */
const ROOM = 60

/** A run over time: the phases, and a line of bars for each figure with its range. */
export function seriesLines(series: readonly Second[], style: Style = PLAIN): string[] {
  if (series.length < 2) return []
  const phases = nameStretches(
    series.map(({ phase }) => phase),
    ROOM,
  )
  const rows = REPORTED_COLUMNS.flatMap(([name, { label }]) => {
    if (label === undefined) return []
    const values = series.map((second) => second[name])
    const known = values.filter((value) => value !== undefined)
    if (known.length === 0) return []
    const bars = style.chart(sparkline(values, ROOM))
    const range = `${formatShort(Math.min(...known))} to ${formatShort(Math.max(...known))}`
    return [`${label.padEnd(17)}${bars} ${range}`]
  })
  return [style.faint(`${`${series.length} s`.padEnd(17)}${phases}`.trimEnd()), ...rows]
}
