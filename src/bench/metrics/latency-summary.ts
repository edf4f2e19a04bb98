import type { Histogram } from './histogram.ts'

/** Milliseconds, to the microsecond. */
export interface LatencySummary {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly 'p99.9': number
  readonly max: number
  readonly mean: number
}

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
