import { ChatwsError } from '../../protocol/error.ts'
import { FIGURES, type Figure } from '../metrics/registry.ts'
import {
  type BenchResult,
  type Comparison,
  type ComparisonRow,
  exitCodeOf,
} from './bench-result.ts'

/** Aggregate → how many values it takes for it to be more than chance. */
const AGGREGATES = { p50: 10, p95: 100, p99: 500 } as const

/** Differences below this are those of clocks and timers. */
const NOISE_MS = 1

/** What a run says of itself before it is played, as far as a baseline must be of the same. */
export type Comparable = Pick<BenchResult, 'shards'> & {
  readonly scenario: Pick<BenchResult['scenario'], 'name' | 'hash'>
}

/**
 * Throws INCOMPARABLE when a baseline is of another scenario than a run, or of other parts of the
 * users.
 */
export function refuseOther(before: BenchResult, after: Comparable): void {
  if (before.scenario.hash !== after.scenario.hash)
    throw new ChatwsError(
      'INCOMPARABLE',
      `The baseline is of another scenario: ${before.scenario.name} (${before.scenario.hash}), ` +
        `not ${after.scenario.name} (${after.scenario.hash}); take a new one`,
    )
  if (before.shards.join() !== after.shards.join())
    throw new ChatwsError(
      'INCOMPARABLE',
      `The baseline is of the shards ${before.shards.join(', ')}, not of ` +
        `${after.shards.join(', ')}: compare what was merged`,
    )
}

/**
 * A result with its comparison, where there is a baseline, and its exit code. Throws INCOMPARABLE as
 * `refuseOther` does.
 */
export function judgeBeside(
  baseline: BenchResult | undefined,
  result: BenchResult,
  maxRegressionPercent: number,
): BenchResult {
  const judged = baseline
    ? { ...result, comparison: compareResults(baseline, result, maxRegressionPercent) }
    : result
  return { ...judged, exitCode: exitCodeOf(judged) }
}

/** Compares a result with that of an earlier run. Throws INCOMPARABLE as `refuseOther` does. */
export function compareResults(
  before: BenchResult,
  after: BenchResult,
  maxRegressionPercent: number,
): Comparison {
  refuseOther(before, after)
  return {
    baseline: before.startedAt,
    maxRegressionPercent,
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
    return Object.entries(AGGREGATES).map(([key, needed]) => {
      const aggregate = key as keyof typeof AGGREGATES
      const row = compare(`${name} ${aggregate}`, old[aggregate], current[aggregate])
      const isWorse = row.changePercent > limitPercent && row.after - row.before > NOISE_MS
      const isJudged = Math.min(old.count, current.count) >= needed
      return { ...row, isJudged, isRegression: isJudged && isWorse }
    })
  })
}

function compareValues(
  before: BenchResult,
  after: BenchResult,
  limitPercent: number,
): ComparisonRow[] {
  return Object.entries<Figure>(FIGURES).flatMap(([name, { baseline }]) => {
    const old = before.values[name]
    const current = after.values[name]
    if (baseline === undefined || old === undefined || current === undefined) return []
    const row = compare(name, old, current)
    const isJudged = baseline !== 'shown only'
    const worsePercent = baseline === 'higher is better' ? -row.changePercent : row.changePercent
    return [{ ...row, isJudged, isRegression: isJudged && worsePercent > limitPercent }]
  })
}

function compare(
  metric: string,
  before: number,
  after: number,
): Pick<ComparisonRow, 'metric' | 'before' | 'after' | 'changePercent'> {
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
  if (before.isOwnServer !== after.isOwnServer)
    warnings.push('one of the two runs had a server of its own, the other had not')
  if (before.isInterrupted || before.abortedBy !== undefined)
    warnings.push('the baseline ended early')
  for (const [name, { verdict }] of [
    ['the baseline', before],
    ['this run', after],
  ] as const)
    if (verdict.verdict !== 'VALID')
      warnings.push(`the measurement of ${name} is ${verdict.verdict}`)
  return warnings
}
