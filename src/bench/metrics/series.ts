import type { GeneratorCounts } from './counts.ts'
import type { LatencySummary } from './latency-summary.ts'
import { megabytes } from './registry.ts'

/** Charts of the HTML report, in their order. */
export const CHARTS = [
  'Deliveries a second',
  'Latency (ms)',
  'Open connections',
  'Messages a second',
  'Processor (cores)',
  'Memory (MB)',
] as const

/** What is known of one second of a run. */
export interface Interval {
  /** As of its end. */
  readonly counts: GeneratorCounts
  /** What was counted in it. */
  readonly counted: GeneratorCounts
  /** Undefined where nothing was delivered, or acknowledged. */
  readonly deliveries: LatencySummary | undefined
  readonly acks: LatencySummary | undefined
  readonly lagMs: number
  readonly utilization: number
  readonly generatorCores: number
  readonly generatorBytes: number
  /** Undefined where it cannot be told. */
  readonly serverCores: number | undefined
  readonly serverBytes: number | undefined
}

/** A figure of each second of a run: a column of its series. */
export interface Column {
  /** What it is, for the JSON Schema; undefined where the name says it. */
  readonly what?: string
  /** A count, which is a whole number; or a number, which may be unknown. */
  readonly kind: 'count' | 'number' | 'number or unknown'
  readonly from: (interval: Interval) => number | undefined
  /** How shards become one; what is left out is of a server that all of them share. */
  readonly merge: 'sum' | 'max' | 'left out'
  /** How what comes after the phases is added to their last second, which is kept otherwise. */
  readonly rest?: 'sum' | 'max'
  /** What a line of text over time calls it; undefined: it has none. */
  readonly label?: string
  /** Whether the live view has that line, too. */
  readonly isLive?: true
  /** Whether it is of the load tester, which reports tell after the server. */
  readonly isTester?: true
  /** Its line in the HTML report. */
  readonly line?: {
    readonly chart: (typeof CHARTS)[number]
    readonly label: string
    readonly colour: string
    /** Whether it is drawn only when there is any. */
    readonly isTrouble?: true
  }
}

/** Every column, in the order of results. */
export const COLUMNS = {
  open: {
    what: 'Connections that are open',
    kind: 'count',
    from: ({ counts }) => counts.open,
    merge: 'sum',
    label: 'connections',
    line: { chart: 'Open connections', label: 'open', colour: '#0891b2' },
  },
  sent: {
    kind: 'count',
    from: ({ counted }) => counted.sent,
    merge: 'sum',
    rest: 'sum',
    line: { chart: 'Messages a second', label: 'sent', colour: '#3b82f6' },
  },
  acknowledged: {
    kind: 'count',
    from: ({ counted }) => counted.acknowledged,
    merge: 'sum',
    rest: 'sum',
    line: { chart: 'Messages a second', label: 'acknowledged', colour: '#16a34a' },
  },
  delivered: {
    kind: 'count',
    from: ({ counted }) => counted.delivered,
    merge: 'sum',
    rest: 'sum',
    label: 'deliveries/s',
    isLive: true,
    line: { chart: 'Deliveries a second', label: 'delivered', colour: '#3b82f6' },
  },
  unsent: {
    kind: 'count',
    from: ({ counted }) => counted.unsent,
    merge: 'sum',
    rest: 'sum',
    line: { chart: 'Messages a second', label: 'unsent', colour: '#dc2626', isTrouble: true },
  },
  lost: {
    kind: 'count',
    from: ({ counted }) => counted.lost,
    merge: 'sum',
    rest: 'sum',
    line: { chart: 'Open connections', label: 'lost', colour: '#dc2626', isTrouble: true },
  },
  p50: {
    what: 'Delivery, ms',
    kind: 'number or unknown',
    from: ({ deliveries }) => deliveries?.p50,
    merge: 'max',
    line: { chart: 'Latency (ms)', label: 'delivery p50', colour: '#16a34a' },
  },
  p99: {
    kind: 'number or unknown',
    from: ({ deliveries }) => deliveries?.p99,
    merge: 'max',
    label: 'delivery p99 ms',
    isLive: true,
    line: { chart: 'Latency (ms)', label: 'delivery p99', colour: '#dc2626' },
  },
  ackP99: {
    kind: 'number or unknown',
    from: ({ acks }) => acks?.p99,
    merge: 'max',
    label: 'ack p99 ms',
    line: { chart: 'Latency (ms)', label: 'ack p99', colour: '#a855f7' },
  },
  lagMs: {
    what: 'The longest time for which a generator thread was held up',
    kind: 'number',
    from: ({ lagMs }) => thousandths(lagMs),
    merge: 'max',
    rest: 'max',
  },
  utilization: {
    what: 'Of the busiest generator thread, 0 to 1',
    kind: 'number',
    from: ({ utilization }) => thousandths(utilization),
    merge: 'max',
    rest: 'max',
  },
  generatorCpu: {
    what: 'Cores',
    kind: 'number',
    from: ({ generatorCores }) => thousandths(generatorCores),
    merge: 'sum',
    label: 'tester cores',
    isTester: true,
    line: { chart: 'Processor (cores)', label: 'load tester', colour: '#64748b' },
  },
  generatorRssMb: {
    kind: 'number or unknown',
    from: ({ generatorBytes }) => megabytes(generatorBytes),
    merge: 'sum',
    isTester: true,
    line: { chart: 'Memory (MB)', label: 'load tester', colour: '#64748b' },
  },
  serverCpu: {
    kind: 'number or unknown',
    from: ({ serverCores }) => serverCores && thousandths(serverCores),
    merge: 'left out',
    label: 'server cores',
    line: { chart: 'Processor (cores)', label: 'server', colour: '#ea580c' },
  },
  serverRssMb: {
    kind: 'number or unknown',
    from: ({ serverBytes }) => serverBytes && megabytes(serverBytes),
    merge: 'left out',
    label: 'server MB',
    line: { chart: 'Memory (MB)', label: 'server', colour: '#ea580c' },
  },
} as const satisfies Readonly<Record<string, Column>>

export type ColumnName = keyof typeof COLUMNS

/** The columns that are unknown in some seconds. */
export type UnsureColumn = {
  [Name in ColumnName]: (typeof COLUMNS)[Name]['kind'] extends 'number or unknown' ? Name : never
}[ColumnName]

/** The figures of one second; absent where one is unknown. */
export type Columns = Record<Exclude<ColumnName, UnsureColumn>, number> &
  Partial<Record<UnsureColumn, number | undefined>>

/** Every column with its name; what is of the load tester comes last, for reports. */
export const REPORTED_COLUMNS = (Object.entries(COLUMNS) as [ColumnName, Column][]).sort(
  ([, a], [, b]) => Number(a.isTester ?? false) - Number(b.isTester ?? false),
)

/** The figures of a second. */
export function readColumns(interval: Interval): Columns {
  return columnsOf(({ from }) => from(interval))
}

/** The same second of several shards as one; of percentiles, which do not add, the worst is kept. */
export function mergeColumns(a: Columns, b: Columns): Columns {
  return columnsOf(({ merge }, name) =>
    merge === 'left out' ? undefined : combine(merge, a[name], b[name]),
  )
}

/** A run's last second with what came after it. */
export function addRest(last: Columns, rest: Columns): Columns {
  return columnsOf(({ rest: how }, name) =>
    how ? combine(how, last[name], rest[name]) : (last[name] ?? rest[name]),
  )
}

function columnsOf(figure: (column: Column, name: ColumnName) => number | undefined): Columns {
  const figures = (Object.entries(COLUMNS) as [ColumnName, Column][]).flatMap(([name, column]) => {
    const value = figure(column, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(figures) as Columns
}

/** Undefined when both are unknown. */
function combine(how: 'sum' | 'max', ...values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  if (known.length === 0) return undefined
  return how === 'max' ? Math.max(...known) : known.reduce((a, b) => a + b)
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
