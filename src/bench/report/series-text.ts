import type { Second } from '../result/bench-result.ts'
import { formatShort } from './format-number.ts'
import { nameStretches, sparkline } from './sparkline.ts'
import { PLAIN, type Style } from './style.ts'

/** Columns that a line over time takes at most, without its name. */
const ROOM = 60

const LINES: readonly (readonly [name: string, pick: (second: Second) => number | undefined])[] = [
  ['connections', ({ open }) => open],
  ['deliveries/s', ({ delivered }) => delivered],
  ['delivery p99 ms', ({ p99 }) => p99],
  ['ack p99 ms', ({ ackP99 }) => ackP99],
  ['server cores', ({ serverCpu }) => serverCpu],
  ['server MB', ({ serverRssMb }) => serverRssMb],
  ['tester cores', ({ generatorCpu }) => generatorCpu],
]

/** A run over time: the phases, and a line of bars for each figure with its range. */
export function seriesLines(series: readonly Second[], style: Style = PLAIN): string[] {
  if (series.length < 2) return []
  const phases = nameStretches(
    series.map(({ phase }) => phase),
    ROOM,
  )
  const rows = LINES.flatMap(([name, pick]) => {
    const values = series.map(pick)
    const known = values.filter((value) => value !== undefined)
    if (known.length === 0) return []
    const bars = style.chart(sparkline(values, ROOM))
    const range = `${formatShort(Math.min(...known))} to ${formatShort(Math.max(...known))}`
    return [`${name.padEnd(17)}${bars} ${range}`]
  })
  return [style.faint(`${`${series.length} s`.padEnd(17)}${phases}`.trimEnd()), ...rows]
}
