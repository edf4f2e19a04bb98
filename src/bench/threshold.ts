import { z } from 'zod'
import type { LatencySummary } from './latency.ts'

/** What a threshold can be put on: metric → the aggregates it has. */
const METRICS = {
  connect_ms: ['p50', 'p95', 'p99', 'p99.9', 'max', 'mean'],
  ack_ms: ['p50', 'p95', 'p99', 'p99.9', 'max', 'mean'],
  delivery_ms: ['p50', 'p95', 'p99', 'p99.9', 'max', 'mean'],
  deliveries_per_second: ['value'],
} as const

type MetricName = keyof typeof METRICS

/** Metric → its aggregates, as measured; undefined where nothing was. */
export interface Measurements extends Record<`${string}_ms`, LatencySummary | undefined> {
  readonly connect_ms: LatencySummary | undefined
  readonly ack_ms: LatencySummary | undefined
  readonly delivery_ms: LatencySummary | undefined
  readonly deliveries_per_second: { value: number }
}

const expressionsOf = (metric: MetricName) => {
  const aggregates = METRICS[metric] as readonly string[]
  const pattern = new RegExp(
    `^(${aggregates.map((name) => name.replace('.', '\\.')).join('|')})\\s*(<=|>=|<|>)\\s*(\\d+(?:\\.\\d+)?)$`,
  )
  const example = aggregates.includes('p99') ? 'p99<500' : 'value>1000'
  return z
    .array(
      z.string().regex(pattern, {
        error: `must be like "${example}", with one of ${aggregates.join(', ')}`,
      }),
    )
    .min(1)
    .optional()
}

/** Metric → conditions such as `p99<500`, all of which must hold. */
export const Thresholds = z.strictObject({
  connect_ms: expressionsOf('connect_ms'),
  ack_ms: expressionsOf('ack_ms'),
  delivery_ms: expressionsOf('delivery_ms'),
  deliveries_per_second: expressionsOf('deliveries_per_second'),
})
export type Thresholds = z.infer<typeof Thresholds>

/** One condition and what became of it. */
export interface ThresholdResult {
  readonly metric: string
  readonly condition: string
  /** Undefined when nothing was measured, which fails the condition. */
  readonly actual: number | undefined
  readonly isMet: boolean
}

/** Holds every condition against what was measured. */
export function checkThresholds(
  thresholds: Thresholds,
  measurements: Measurements,
): ThresholdResult[] {
  return Object.entries(thresholds).flatMap(([metric, conditions]) =>
    (conditions ?? []).map((condition) => {
      const [, aggregate, operator, limit] = /^([a-z0-9.]+)\s*([<>]=?)\s*(.+)$/.exec(condition)!
      const measured = measurements[metric as MetricName] as Record<string, number> | undefined
      const actual = measured?.[aggregate!]
      const isMet = actual !== undefined && compare(actual, operator!, Number(limit))
      return { metric, condition, actual, isMet }
    }),
  )
}

function compare(actual: number, operator: string, limit: number): boolean {
  switch (operator) {
    case '<':
      return actual < limit
    case '<=':
      return actual <= limit
    case '>':
      return actual > limit
    default:
      return actual >= limit
  }
}
