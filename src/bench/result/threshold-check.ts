import type { ReadMetric } from '../metrics/read-metric.ts'
import { findMetric } from '../metrics/registry.ts'
import type { Threshold } from '../scenario/threshold.ts'
import type { ThresholdResult } from './bench-result.ts'

/**
 * Holds every condition against what was measured.
 * @param isPart whether that is of some of several shards: what must be reached by all of them
 * together is deferred
 */
export function checkThresholds(
  thresholds: readonly Threshold[],
  readMetric: ReadMetric,
  isPart = false,
): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const { metric, condition } = threshold
    const actual = readMetric(metric, threshold.aggregate)
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

/** Whether all shards together may reach what one alone does not: its figure adds up. */
function isReachedTogether({ metric, operator }: Threshold): boolean {
  const row = findMetric(metric)
  return row !== undefined && 'merge' in row && row.merge === 'sum' && operator.startsWith('>')
}

/** The first condition that fails already, of those that end a run; undefined when none does. */
export function findAbort(
  thresholds: readonly Threshold[],
  readMetric: ReadMetric,
  { elapsedSeconds, isPart = false }: { elapsedSeconds: number; isPart?: boolean },
): ThresholdResult | undefined {
  const due = thresholds.filter(
    ({ abortAfterSeconds }) =>
      abortAfterSeconds !== undefined && elapsedSeconds >= abortAfterSeconds,
  )
  return checkThresholds(due, readMetric, isPart).find(
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
