import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

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

/** Collects latencies; microseconds inside, three significant digits. */
export class Latency {
  readonly #histogram: RecordableHistogram = createHistogram({ figures: 3 })

  record(milliseconds: number): void {
    this.#histogram.record(Math.max(1, Math.round(milliseconds * 1000)))
  }

  /** Undefined when nothing was recorded. */
  summary(): LatencySummary | undefined {
    const histogram = this.#histogram
    if (histogram.count === 0) return undefined
    const percentile = (p: number) => histogram.percentile(p) / 1000
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
}
