import { summarizeLatency } from '../metrics/latency-summary.ts'
import type { LatencyName, ValueName } from '../metrics/metric-names.ts'
import type { Measurements } from './measurements.ts'
import type { Lookup } from './threshold-check.ts'

/** What a run's single figures are made from, besides its measurements. */
export interface ValueContext {
  /** Seconds in which load was meant to run and count. */
  readonly loadSeconds: number
  readonly httpErrors?: number | undefined
}

/** The single figures of a run; undefined where one could not be measured. */
export function computeValues(
  measurements: Measurements,
  { loadSeconds, httpErrors }: ValueContext,
): Record<ValueName, number | undefined> {
  const { counts, latencies, cpuCores, peakServerBytes, peakGeneratorBytes } = measurements
  const perSecond = (count: number) =>
    loadSeconds > 0 ? Math.round(count / loadSeconds) : undefined
  return {
    deliveries_per_second: perSecond(counts.recorded),
    sends_per_second: perSecond(latencies.ack_ms.count),
    amplification:
      counts.acknowledged > 0 ? tenths(counts.delivered / counts.acknowledged) : undefined,
    unsent: counts.unsent,
    expectations_missed: counts.expectationsMissed,
    refused: counts.refused,
    lost_connections: counts.lost,
    failed_connects: counts.failedConnects,
    http_errors: httpErrors,
    server_cpu_cores: cpuCores.server === undefined ? undefined : hundredths(cpuCores.server),
    server_rss_mb: peakServerBytes > 0 ? Math.round(peakServerBytes / 2 ** 20) : undefined,
    generator_cpu_cores: hundredths(cpuCores.generator),
    generator_rss_mb: Math.round(peakGeneratorBytes / 2 ** 20),
  }
}

/** Looks up what a condition is about in what was measured so far. */
export function createLookup(measurements: Measurements, context: ValueContext): Lookup {
  const values = computeValues(measurements, context)
  return (metric, aggregate) => {
    if (aggregate === 'value') return values[metric as ValueName]
    const summary = summarizeLatency(measurements.latencies[metric as LatencyName])
    return (summary as Record<string, number> | undefined)?.[aggregate]
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100
}
