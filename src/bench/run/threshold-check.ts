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
): Threshold | undefined {
  return thresholds.find((threshold) => {
    const { metric, aggregate, abortAfterSeconds } = threshold
    if (abortAfterSeconds === undefined || elapsedSeconds < abortAfterSeconds) return false
    const actual = lookup(metric, aggregate)
    return actual !== undefined && !holds(threshold, actual)
  })
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
