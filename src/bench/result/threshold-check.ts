import type { Threshold } from '../scenario/threshold.ts'
import type { ThresholdResult } from './bench-result.ts'

/** Metric and aggregate → what was measured; undefined when nothing was. */
export type Lookup = (metric: string, aggregate: string) => number | undefined

/**
 * Holds every condition against what was measured.
 * @param isPart whether that is of some of several shards: what must be reached by all of them
 * together is deferred
 */
export function checkThresholds(
  thresholds: readonly Threshold[],
  lookup: Lookup,
  isPart = false,
): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { metric, condition } = threshold
    const actual = lookup(metric, threshold.aggregate)
    const isDeferred = isPart && isReachedTogether(threshold)
    return {
      metric,
      condition,
      ...(actual === undefined ? {} : { actual }),
      isMet: isDeferred || (actual !== undefined && holds(threshold, actual)),
      ...(isDeferred ? { isDeferred } : {}),
    }
  })
}

/** Figures add up over shards, but for those that say how many deliveries there are for a message. */
function isReachedTogether({ metric, aggregate, operator }: Threshold): boolean {
  return aggregate === 'value' && metric !== 'amplification' && operator.startsWith('>')
}

/** The first condition that fails already, of those that end a run; undefined when none does. */
export function findAbort(
  thresholds: readonly Threshold[],
  lookup: Lookup,
  { elapsedSeconds, isPart = false }: { elapsedSeconds: number; isPart?: boolean },
): ThresholdResult | undefined {
  const due = thresholds.filter(
    ({ abortAfterSeconds }) =>
      abortAfterSeconds !== undefined && elapsedSeconds >= abortAfterSeconds,
  )
  return checkThresholds(due, lookup, isPart).find(
    ({ actual, isMet }) => actual !== undefined && !isMet,
  )
}

function holds({ operator, limit }: Threshold, actual: number): boolean {
  switch (operator) {
    case '<':
      return actual < limit
    case '<=':
      return actual <= limit
    case '>':
      return actual > limit
    case '>=':
      return actual >= limit
  }
}
