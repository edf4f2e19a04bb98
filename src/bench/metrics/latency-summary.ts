import type { Histogram } from './histogram.ts'

/** What of a latency conditions may be about. */
export const LATENCY_AGGREGATES = ['p50', 'p95', 'p99', 'p99.9', 'max', 'mean'] as const

/** What of a latency reports show. */
export const LATENCY_COLUMNS = ['p50', 'p95', 'p99', 'p99.9', 'max'] as const

/** Milliseconds, to the microsecond, and how many values they are of. */
export type LatencySummary = Readonly<Record<'count' | (typeof LATENCY_AGGREGATES)[number], number>>

/** Undefined when nothing was recorded. */
export function summarizeLatency(histogram: Histogram): LatencySummary | undefined {
  if (histogram.count === 0) return undefined
  const percentile = (percent: number) => histogram.percentile(percent) / 1000
  return {
    count: histogram.count,
    p50: percentile(50),
    p95: percentile(95),
    p99: percentile(99),
    'p99.9': percentile(99.9),
    max: histogram.max / 1000,
    mean: Math.round(histogram.mean) / 1000,
  }
}
