import type { Figures } from './figures.ts'
import type { Histogram } from './histogram.ts'
import { summarizeLatency } from './latency-summary.ts'
import type { LatencyName } from './registry.ts'

/** Reads an aggregate of a metric, `value` of a figure; undefined when nothing was measured. */
export type ReadMetric = (metric: string, aggregate: string) => number | undefined

/** Reads metrics from what was measured so far. */
export function createReadMetric(
  latencies: Readonly<Record<LatencyName, Histogram>>,
  figures: Figures,
): ReadMetric {
  return (metric, aggregate) => {
    if (aggregate === 'value') return figures[metric]
    const summary = summarizeLatency(latencies[metric as LatencyName])
    return summary?.[aggregate as keyof typeof summary]
  }
}
