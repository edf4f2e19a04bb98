import type { Threshold } from '../scenario/threshold.ts'
import type { ThresholdResult } from './bench-result.ts'

/** Metric and aggregate → what was measured; undefined when nothing was. */
export type Lookup = (metric: string, aggregate: string) => number | undefined

/** Holds every condition against what was measured. */
export function checkThresholds(
  thresholds: readonly Threshold[],
  lookup: Lookup,
): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { metric, condition } = threshold
    const actual = lookup(metric, threshold.aggregate)
    return {
      metric,
      condition,
      ...(actual === undefined ? {} : { actual }),
      isMet: actual !== undefined && holds(threshold, actual),
    }
  })
}

/** The first condition that fails already, of those that end a run; undefined when none does. */
export function findAbort(
  thresholds: readonly Threshold[],
  lookup: Lookup,
  elapsedSeconds: number,
): ThresholdResult | undefined {
  const due = thresholds.filter(
    ({ abortAfterSeconds }) =>
      abortAfterSeconds !== undefined && elapsedSeconds >= abortAfterSeconds,
  )
  return checkThresholds(due, lookup).find(({ actual, isMet }) => actual !== undefined && !isMet)
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
