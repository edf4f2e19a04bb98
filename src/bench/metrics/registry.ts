import type { Histogram } from './histogram.ts'

/**
 * What a scenario must have, or what it must be played against, for a metric to be measured at all.
 */
export type Need = 'messages' | 'expectations' | 'http' | 'idle http' | 'own server'

/** What is said of every metric. */
interface Described {
  /** What it is, for people: in the JSON Schema, in reports, in docs/load-testing.md. */
  readonly what: string
  /** Undefined when it is always measured. */
  readonly needs?: Need
}

/** A latency: a histogram in microseconds, told in milliseconds. Lower is better; shards add. */
export interface Latency extends Described {
  /** What the text report calls it. */
  readonly label: string
  /** Who records it: the users in their generators, or the run when all is known. */
  readonly recordedBy: 'users' | 'run'
  /** Whether the text report has a line for it even if nothing was measured. */
  readonly isAlwaysShown?: true
}

/** A figure: one number for the whole run. */
export interface Figure extends Described {
  readonly kind: 'counter' | 'rate' | 'ratio' | 'gauge'
  /** Empty for numbers of things. */
  readonly unit: '' | '/s' | 'cores' | 'MB'
  /** How a baseline is held against it; undefined: it is not. */
  readonly baseline?: 'higher is better' | 'lower is better' | 'shown only'
  /** How shards become one: they add up, or it is computed again from what all of them counted. */
  readonly merge: 'sum' | ((totals: Totals) => number | undefined)
  /** How it is read; a counter is what generators count by that name. */
  readonly from: string | ((measured: Measured, circumstances: Circumstances) => number | undefined)
  /** What the live view calls it, which shows it when there is any. */
  readonly liveLabel?: string
}

/** What several shards counted together, as far as ratios are made of it. */
interface Totals {
  readonly acknowledged: number
  readonly delivered: number
}

/** What figures are read from. */
export interface Measured {
  readonly counts: Readonly<Record<keyof typeof COUNTS, number>>
  readonly latencies: Readonly<Record<LatencyName, Histogram>>
  /** Cores used on average; the server's undefined where it cannot be told. */
  readonly cpuCores: { readonly generator: number; readonly server: number | undefined }
  /** 0 where it cannot be told. */
  readonly peakServerBytes: number
  readonly peakGeneratorBytes: number
}

/** What is known besides of the run that figures are read from. */
export interface Circumstances {
  /** Seconds in which load was meant to run and count. */
  readonly loadSeconds: number
  readonly httpErrors?: number | undefined
}

/** What generators count that is no metric by itself, as it is at the start. */
export const COUNTS = {
  /** Connections that are open now. */
  open: 0,
  /** On how many of these arrivals are timed. */
  timed: 0,
  /** Connections that were greeted so far, reconnections included. */
  greeted: 0,
  sent: 0,
  acknowledged: 0,
  /** Messages of which each connection was sent its copy. */
  delivered: 0,
  /** The same without those of warm-ups. */
  recorded: 0,
  /** Users that were to arrive when all were here. */
  turnedAway: 0,
}

/** Every latency, in the order of reports. */
export const LATENCIES = {
  connect_ms: {
    what: 'from when a connection was due until it was greeted',
    label: 'connect',
    recordedBy: 'users',
    isAlwaysShown: true,
  },
  ack_ms: {
    what: 'from when a message was due until its ACK',
    label: 'send → ack',
    recordedBy: 'users',
    isAlwaysShown: true,
    needs: 'messages',
  },
  delivery_ms: {
    what: 'from when a message was due until a connection got it',
    label: 'send → delivery',
    recordedBy: 'users',
    isAlwaysShown: true,
    needs: 'messages',
  },
  skew_ms: {
    what: 'from the first connection that got a message to the last',
    label: 'first → last',
    recordedBy: 'run',
    needs: 'messages',
  },
  presence_ms: {
    what: 'from a join or leave until a connection was told',
    label: 'presence',
    recordedBy: 'users',
  },
  presence_last_ms: {
    what: 'from a join or leave until the last connection was told',
    label: 'presence, last',
    recordedBy: 'run',
  },
  resume_ms: {
    what: 'from when a reconnection was due until all that was missed had come',
    label: 'resume',
    recordedBy: 'users',
  },
  http_ms: {
    what: 'HTTP requests during the load',
    label: 'http',
    recordedBy: 'run',
    needs: 'http',
  },
  http_idle_ms: {
    what: 'HTTP requests before the load',
    label: 'http, idle',
    recordedBy: 'run',
    needs: 'idle http',
  },
} as const satisfies Readonly<Record<string, Latency>>

/** Every figure, in the order of results. */
export const FIGURES = {
  deliveries_per_second: {
    kind: 'rate',
    unit: '/s',
    what: 'messages delivered, a second of sending and of waiting for the rest',
    needs: 'messages',
    baseline: 'higher is better',
    merge: 'sum',
    from: ({ counts }, { loadSeconds }) => perSecond(counts.recorded, loadSeconds),
  },
  sends_per_second: {
    kind: 'rate',
    unit: '/s',
    what: 'messages acknowledged, a second of sending and of waiting for the rest',
    needs: 'messages',
    baseline: 'higher is better',
    merge: 'sum',
    from: ({ latencies }, { loadSeconds }) => perSecond(latencies.ack_ms.count, loadSeconds),
  },
  amplification: {
    kind: 'ratio',
    unit: '',
    what: 'deliveries for each message stored',
    needs: 'messages',
    merge: deliveriesPerMessage,
    from: ({ counts }) => deliveriesPerMessage(counts),
  },
  unsent: {
    kind: 'counter',
    unit: '',
    what: 'messages whose connection was gone when they were due',
    needs: 'messages',
    merge: 'sum',
    from: 'unsent',
    liveLabel: 'unsent',
  },
  expectations_missed: {
    kind: 'counter',
    unit: '',
    what: 'things that were expected and did not come in time',
    needs: 'expectations',
    merge: 'sum',
    from: 'expectationsMissed',
  },
  refused: {
    kind: 'counter',
    unit: '',
    what: 'messages that the server refused',
    needs: 'messages',
    merge: 'sum',
    from: 'refused',
    liveLabel: 'refused',
  },
  lost_connections: {
    kind: 'counter',
    unit: '',
    what: 'connections that ended although nobody asked them to',
    merge: 'sum',
    from: 'lost',
    liveLabel: 'lost',
  },
  failed_connects: {
    kind: 'counter',
    unit: '',
    what: 'attempts to connect that failed',
    merge: 'sum',
    from: 'failedConnects',
    liveLabel: 'not connected',
  },
  http_errors: {
    kind: 'counter',
    unit: '',
    what: 'HTTP requests that failed, or were not answered with 2xx',
    needs: 'http',
    merge: 'sum',
    from: (_, { httpErrors }) => httpErrors,
  },
  server_cpu_cores: {
    kind: 'gauge',
    unit: 'cores',
    what: 'cores that the server used, on average (of a server that bench started)',
    needs: 'own server',
    baseline: 'shown only',
    merge: 'sum',
    from: ({ cpuCores }) => cpuCores.server && hundredths(cpuCores.server),
  },
  server_rss_mb: {
    kind: 'gauge',
    unit: 'MB',
    what: 'the most memory that the server used (likewise)',
    needs: 'own server',
    baseline: 'shown only',
    merge: 'sum',
    from: ({ peakServerBytes }) => (peakServerBytes > 0 ? megabytes(peakServerBytes) : undefined),
  },
  generator_cpu_cores: {
    kind: 'gauge',
    unit: 'cores',
    what: 'cores that the load tester used, on average',
    merge: 'sum',
    from: ({ cpuCores }) => hundredths(cpuCores.generator),
  },
  generator_rss_mb: {
    kind: 'gauge',
    unit: 'MB',
    what: 'the most memory that the load tester used',
    merge: 'sum',
    from: ({ peakGeneratorBytes }) => megabytes(peakGeneratorBytes),
  },
} as const satisfies Readonly<Record<string, Figure>>

export type LatencyName = keyof typeof LATENCIES
export type FigureName = keyof typeof FIGURES
export type MetricName = LatencyName | FigureName

/** The latencies that users record, each in its generator. */
export type RecordedName = {
  [Name in LatencyName]: (typeof LATENCIES)[Name]['recordedBy'] extends 'users' ? Name : never
}[LatencyName]

const METRICS = new Map<string, Latency | Figure>([
  ...Object.entries(LATENCIES),
  ...Object.entries(FIGURES),
])

/** A metric's row; undefined when there is none of that name. */
export function findMetric(name: string): Latency | Figure | undefined {
  return METRICS.get(name)
}

function perSecond(count: number, seconds: number): number | undefined {
  return seconds > 0 ? Math.round(count / seconds) : undefined
}

function deliveriesPerMessage({ delivered, acknowledged }: Totals): number | undefined {
  return acknowledged > 0 ? Math.round((delivered / acknowledged) * 10) / 10 : undefined
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100
}

/** Whole ones, of 2^20 bytes. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
