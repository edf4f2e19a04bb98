import { ChatwsError } from '../../protocol/error.ts'
import { mergeFigures } from '../metrics/figures.ts'
import { Histogram } from '../metrics/histogram.ts'
import { createReadMetric, type ReadMetric } from '../metrics/read-metric.ts'
import { LATENCIES, type LatencyName } from '../metrics/registry.ts'
import { mergeColumns } from '../metrics/series.ts'
import { listThresholds } from '../scenario/threshold.ts'
import { addFindings } from './add-findings.ts'
import { auditProblems } from './audit-problems.ts'
import {
  type AuditFindings,
  type BenchResult,
  exitCodeOf,
  type Second,
  type ThresholdResult,
} from './bench-result.ts'
import { latencyRecords } from './compose-result.ts'
import { checkThresholds } from './threshold-check.ts'

/** Parts that start within this time, in seconds, started together. */
const TOGETHER_S = 3

/** Counts that may be absent: a sum of those that are there. */
const OPTIONAL = [
  'notInDatabase',
  'differsFromDatabase',
  'notSeenOnline',
  'notSeenOffline',
  'ghosts',
] as const

/**
 * One result of the parts that several machines played. Throws INCOMPARABLE when they are not all
 * parts, each once, of one scenario.
 */
export function mergeResults(results: readonly BenchResult[]): BenchResult {
  const [first] = results
  if (!first) throw new ChatwsError('USAGE', 'There is nothing to merge')
  refuseStrangers(results)
  const latencies = mergeLatencies(results)
  const { comparison: _, ...known } = first
  if (results.length === 1) return { ...known, exitCode: exitCodeOf(known) }
  const audit = mergeAudits(results)
  const values = mergeFigures(
    results.map(({ values }) => values),
    audit,
  )
  const abortedBy = results.find((result) => result.abortedBy !== undefined)?.abortedBy
  const merged = {
    ...known,
    startedAt: results.map(({ startedAt }) => startedAt).sort()[0]!,
    elapsedSeconds: Math.max(...results.map(({ elapsedSeconds }) => elapsedSeconds)),
    isInterrupted: results.some(({ isInterrupted }) => isInterrupted),
    ...(abortedBy === undefined ? {} : { abortedBy }),
    shards: mergeShards(results),
    workers: sum(results, ({ workers }) => workers),
    connections: sum(results, ({ connections }) => connections),
    timedConnections: sum(results, (result) => result.timedConnections ?? result.connections),
    thresholds: mergeThresholds(results, createReadMetric(latencies, values)),
    verdict: mergeVerdicts(results),
    audit,
    problems: auditProblems(audit),
    latencies: latencyRecords(latencies),
    values,
    series: mergeSeries(results),
  }
  return { ...merged, exitCode: exitCodeOf(merged) }
}

function refuseStrangers(results: readonly BenchResult[]): void {
  const hashes = new Set(results.map(({ scenario }) => scenario.hash))
  if (hashes.size > 1)
    throw new ChatwsError('INCOMPARABLE', 'These are results of different scenarios')
  const shards = results.flatMap((result) => result.shards)
  const [, count] = shards[0]!.split('/')
  const isWhole =
    new Set(shards).size === shards.length && shards.every((shard) => shard.endsWith(`/${count}`))
  if (!isWhole)
    throw new ChatwsError(
      'INCOMPARABLE',
      `These are not parts of one run, each once: ${shards.join(', ')}`,
    )
}

/** `1/1` once all parts are there. */
function mergeShards(results: readonly BenchResult[]): string[] {
  const shards = results.flatMap((result) => result.shards).sort()
  return shards.length === Number(shards[0]!.split('/')[1]) ? ['1/1'] : shards
}

/** Conditions hold for the whole; but one that ended a part has failed, whatever the whole is. */
function mergeThresholds(
  results: readonly BenchResult[],
  readMetric: ReadMetric,
): ThresholdResult[] {
  const thresholds = results[0]!.thresholds.flatMap(({ metric, condition }) =>
    listThresholds({ [metric]: [condition] }),
  )
  const isPart = mergeShards(results).join() !== '1/1'
  return checkThresholds(thresholds, readMetric, isPart).map((threshold, index) => {
    const name = `${threshold.metric} ${threshold.condition}`
    const ended = results.find(({ abortedBy }) => abortedBy === name)
    return ended?.thresholds[index] ?? threshold
  })
}

function mergeLatencies(results: readonly BenchResult[]): Record<LatencyName, Histogram> {
  return Object.fromEntries(
    Object.keys(LATENCIES).map((name) => {
      const histogram = new Histogram()
      for (const { latencies } of results) {
        const record = latencies[name]?.histogram
        if (record) histogram.add(Histogram.from(record))
      }
      return [name, histogram]
    }),
  ) as Record<LatencyName, Histogram>
}

function mergeAudits(results: readonly BenchResult[]): AuditFindings {
  const audits = results.map(({ audit }) => audit)
  const optional = OPTIONAL.flatMap((name) => {
    const known = audits.flatMap((audit) => audit[name] ?? [])
    return known.length === 0 ? [] : [[name, known.reduce((a, b) => a + b)] as const]
  })
  return {
    ...addFindings(audits),
    sent: sum(audits, (audit) => audit.sent),
    acknowledged: sum(audits, (audit) => audit.acknowledged),
    refused: sum(audits, (audit) => audit.refused),
    unsent: sum(audits, (audit) => audit.unsent),
    delivered: sum(audits, (audit) => audit.delivered),
    ...Object.fromEntries(optional),
    serverDisagrees: audits.flatMap(({ serverDisagrees }) => serverDisagrees),
  }
}

function mergeVerdicts(results: readonly BenchResult[]): BenchResult['verdict'] {
  const order = ['VALID', 'SUSPECT', 'INVALID'] as const
  const together = judgeTogether(results)
  const verdicts = [together.verdict, ...results.map(({ verdict }) => verdict.verdict)]
  const worst = Math.max(...verdicts.map((verdict) => order.indexOf(verdict)))
  const reasons = results.flatMap(({ shards, verdict }) =>
    verdict.reasons.map((reason) => `shard ${shards.join()}: ${reason}`),
  )
  return { verdict: order[worst]!, reasons: [...together.reasons, ...reasons] }
}

/** Whether the parts were one load: what did not run at the same time was not. */
function judgeTogether(results: readonly BenchResult[]): BenchResult['verdict'] {
  const starts = results.map(({ startedAt }) => Date.parse(startedAt) / 1000)
  const apart = Math.max(...starts) - Math.min(...starts)
  const shortest = Math.min(...results.map(({ elapsedSeconds }) => elapsedSeconds))
  if (apart <= TOGETHER_S) return { verdict: 'VALID', reasons: [] }
  const words = `the parts started ${apart.toFixed(0)} s apart`
  return apart < shortest
    ? { verdict: 'SUSPECT', reasons: [`${words}: for that long the load was less`] }
    : { verdict: 'INVALID', reasons: [`${words} and were not one load: start them together`] }
}

function mergeSeries(results: readonly BenchResult[]): Second[] {
  const rows = new Map<number, Second>()
  for (const second of results.flatMap(({ series }) => series)) {
    const other = rows.get(second.second)
    const { second: number, phase } = other ?? second
    rows.set(number, other ? { second: number, phase, ...mergeColumns(other, second) } : second)
  }
  return [...rows.values()].sort((a, b) => a.second - b.second)
}

function sum<T>(all: readonly T[], pick: (one: T) => number): number {
  return all.reduce((total, one) => total + pick(one), 0)
}
