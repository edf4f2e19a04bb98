/** A duration that was measured often. */
export interface DurationSummary {
  readonly count: number
  readonly meanMs: number
  /** Read off the buckets, so no more exact than those are. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What a Prometheus histogram of seconds holds: buckets are cumulative, `le` their upper bounds. */
export interface HistogramValue {
  readonly metricName?: string
  readonly labels: Partial<Record<string, string | number>>
  readonly value: number
}

/** Sums up a histogram without labels of its own; all 0 when nothing was measured. */
export function summariseDurations(values: readonly HistogramValue[]): DurationSummary {
  const ending = (end: string) => values.filter(({ metricName }) => metricName?.endsWith(end))
  const count = ending('_count')[0]?.value ?? 0
  if (count === 0) return { count, meanMs: 0, p50Ms: 0, p99Ms: 0 }
  const buckets = ending('_bucket').map(({ labels, value }) => ({
    bound: labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
    value,
  }))
  return {
    count,
    meanMs: (1000 * (ending('_sum')[0]?.value ?? 0)) / count,
    p50Ms: 1000 * quantile(buckets, 0.5 * count),
    p99Ms: 1000 * quantile(buckets, 0.99 * count),
  }
}

/** Where the measurement of a rank lies, taking those of a bucket to be spread evenly in it. */
function quantile(buckets: readonly { bound: number; value: number }[], rank: number): number {
  let below = { bound: 0, value: 0 }
  for (const bucket of buckets) {
    if (bucket.value >= rank) {
      if (bucket.bound === Number.POSITIVE_INFINITY) return below.bound
      const share = (rank - below.value) / (bucket.value - below.value)
      return below.bound + share * (bucket.bound - below.bound)
    }
    below = bucket
  }
  return below.bound
}
