import { ChatwsError } from '../../protocol/error.ts'
import type { BenchResult } from '../run/bench-result.ts'

/** A figure beside that of an earlier run. */
export interface ComparisonRow {
  /** Metric and aggregate: `delivery_ms p99`. */
  readonly metric: string
  readonly before: number
  readonly after: number
  /** Of the earlier figure. */
  readonly changePercent: number
  readonly isRegression: boolean
}

/** A run beside an earlier one of the same scenario. */
export interface Comparison {
  readonly rows: readonly ComparisonRow[]
  /** What makes the two less comparable. */
  readonly warnings: readonly string[]
}

const AGGREGATES = ['p50', 'p95', 'p99'] as const

/** Figures of which more is better. */
const RISING = ['deliveries_per_second', 'sends_per_second'] as const

/** Differences below this are those of clocks and timers. */
const NOISE_MS = 1

/**
 * Compares a result with that of an earlier run. Throws INCOMPARABLE when they are of different
 * scenarios, or of different parts of the users.
 */
export function compareResults(
  before: BenchResult,
  after: BenchResult,
  maxRegressionPercent: number,
): Comparison {
  if (before.scenario.hash !== after.scenario.hash)
    throw new ChatwsError(
      'INCOMPARABLE',
      `The baseline is of another scenario: ${before.scenario.name} (${before.scenario.hash}), ` +
        `not ${after.scenario.name} (${after.scenario.hash}); take a new one`,
    )
  if (before.shards.join() !== after.shards.join())
    throw new ChatwsError('INCOMPARABLE', 'The baseline is of other shards: merge both first')
  return {
    rows: [
      ...compareLatencies(before, after, maxRegressionPercent),
      ...compareValues(before, after, maxRegressionPercent),
    ],
    warnings: findDifferences(before, after),
  }
}

function compareLatencies(
  before: BenchResult,
  after: BenchResult,
  limitPercent: number,
): ComparisonRow[] {
  return Object.keys(before.latencies).flatMap((name) => {
    const old = before.latencies[name]
    const current = after.latencies[name]
    if (!old || !current) return []
    return AGGREGATES.map((aggregate) => {
      const row = compare(`${name} ${aggregate}`, old[aggregate], current[aggregate])
      const isWorse = row.changePercent > limitPercent && row.after - row.before > NOISE_MS
      return { ...row, isRegression: isWorse }
    })
  })
}

function compareValues(
  before: BenchResult,
  after: BenchResult,
  limitPercent: number,
): ComparisonRow[] {
  return RISING.flatMap((name) => {
    const old = before.values[name]
    const current = after.values[name]
    if (old === undefined || current === undefined) return []
    const row = compare(name, old, current)
    return [{ ...row, isRegression: row.changePercent < -limitPercent }]
  })
}

function compare(
  metric: string,
  before: number,
  after: number,
): Omit<ComparisonRow, 'isRegression'> {
  const changePercent = before === 0 ? 0 : ((after - before) / before) * 100
  return { metric, before, after, changePercent }
}

function findDifferences(before: BenchResult, after: BenchResult): string[] {
  const warnings: string[] = []
  const differing = (['name', 'cpu', 'cores', 'node', 'platform'] as const).filter(
    (key) => before.host[key] !== after.host[key],
  )
  if (differing.length > 0)
    warnings.push(
      `the baseline is of another host: ${differing
        .map((key) => `${key} ${before.host[key]}, now ${after.host[key]}`)
        .join('; ')}`,
    )
  if (before.workers !== after.workers)
    warnings.push(`the baseline had ${before.workers} workers, this run ${after.workers}`)
  for (const [name, { verdict }] of [
    ['the baseline', before],
    ['this run', after],
  ] as const)
    if (verdict.verdict !== 'VALID')
      warnings.push(`the measurement of ${name} is ${verdict.verdict}`)
  return warnings
}
