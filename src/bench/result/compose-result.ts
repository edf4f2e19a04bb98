import type { RosterDifferences } from '../audit/roster-judge.ts'
import type { Agreement } from '../audit/versions.ts'
import { readFigures } from '../metrics/figures.ts'
import { Histogram } from '../metrics/histogram.ts'
import { summarizeLatency } from '../metrics/latency-summary.ts'
import { createReadMetric } from '../metrics/read-metric.ts'
import type { LatencyName } from '../metrics/registry.ts'
import type { DatabaseFindings } from '../probe/database-check.ts'
import { phaseSeconds, type Scenario } from '../scenario/scenario.ts'
import type { Threshold } from '../scenario/threshold.ts'
import type { HttpOutcome } from '../worker/http-thread.ts'
import type { GeneratorFindings } from '../worker/snapshot.ts'
import { addFindings, addReasons } from './add-findings.ts'
import { auditProblems } from './audit-problems.ts'
import {
  type AuditFindings,
  type BenchResult,
  exitCodeOf,
  type ThresholdResult,
} from './bench-result.ts'
import { joinErrors } from './error-names.ts'
import type { Measurements } from './measurements.ts'
import { checkThresholds } from './threshold-check.ts'
import { judgeMeasurement } from './verdict.ts'

/**
 * What comes within this time after the phases may have been there in time: it is read late. What
 * comes later was delivered later, and the rates are those over all that time.
 */
const READ_LATE_S = 1

/** What was found once the phases were over. */
export interface TeardownFindings {
  readonly generators: readonly GeneratorFindings[]
  /** What they say together of each frame. */
  readonly agreement: Agreement
  /** How long after the phases the last message came. */
  readonly drainedSeconds: number
  /** Undefined where presence was not judged. */
  readonly rosters: RosterDifferences | undefined
  readonly ghosts: number | undefined
  readonly database: DatabaseFindings | undefined
  /** Where the server's own counts differ from the clients', and the like, in words. */
  readonly serverDisagrees: readonly string[]
  /** What keeps the figures from being sure. */
  readonly doubts: readonly string[]
}

/** Everything that a result is made from. */
export interface ResultParts {
  readonly scenario: Scenario
  readonly measurements: Measurements
  readonly thresholds: readonly Threshold[]
  readonly findings: TeardownFindings
  readonly http: {
    readonly idle: HttpOutcome | undefined
    readonly loaded: HttpOutcome | undefined
  }
  readonly loadSeconds: number
  readonly context: Pick<
    BenchResult,
    | 'startedAt'
    | 'elapsedSeconds'
    | 'isInterrupted'
    | 'shards'
    | 'isOwnServer'
    | 'workers'
    | 'users'
    | 'host'
  > & { readonly hash: string; readonly abortedBy: ThresholdResult | undefined }
}

/** Puts together what a run measured and found. */
export function composeResult(parts: ResultParts): BenchResult {
  const { scenario, measurements, thresholds, findings, http, context } = parts
  addHttp(measurements, http)
  addSpreads(measurements, findings.generators)
  const httpErrors = http.loaded && http.loaded.failed + http.loaded.refused
  const lateSeconds = Math.max(0, findings.drainedSeconds - READ_LATE_S)
  const figures = readFigures(measurements, {
    loadSeconds: parts.loadSeconds + lateSeconds,
    httpErrors,
  })
  const audit = composeAudit(parts)
  const readMetric = createReadMetric(measurements.latencies, figures)
  const verdict = judgeMeasurement({
    lateness: measurements.lateness,
    ackP99Ms: readMetric('ack_ms', 'p99'),
    series: measurements.series,
    cores: context.host.cores,
    ownFaults: audit.ownFaults,
    arrivals: measurements.counts,
    doubts: findings.doubts,
  })
  const { hash, abortedBy, ...known } = context
  const isPart = known.shards.join() !== '1/1'
  const result = {
    version: 1 as const,
    scenario: {
      name: scenario.name,
      ...(scenario.description === undefined ? {} : { description: scenario.description }),
      hash,
      seed: scenario.seed,
      plannedSeconds: phaseSeconds(scenario),
    },
    ...known,
    elapsedSeconds: Math.round(known.elapsedSeconds * 1000) / 1000,
    ...(abortedBy ? { abortedBy: nameOf(abortedBy) } : {}),
    connections: measurements.peakOpen,
    timedConnections: measurements.peakTimed,
    // What ended the run has failed, whatever came of it while the run ended.
    thresholds: checkThresholds(thresholds, readMetric, isPart).map((threshold) =>
      abortedBy && nameOf(threshold) === nameOf(abortedBy) ? abortedBy : threshold,
    ),
    verdict,
    audit,
    problems: auditProblems(audit),
    latencies: latencyRecords(measurements.latencies),
    values: withoutUndefined(figures),
    series: measurements.series,
  }
  return { ...result, exitCode: exitCodeOf(result) }
}

/** Latencies with their histograms, where anything was recorded. */
export function latencyRecords(
  latencies: Readonly<Record<LatencyName, Histogram>>,
): BenchResult['latencies'] {
  return withoutUndefined(
    Object.fromEntries(
      Object.entries(latencies).map(([name, histogram]) => {
        const summary = summarizeLatency(histogram)
        return [name, summary && { ...summary, histogram: histogram.toRecord() }]
      }),
    ),
  ) as BenchResult['latencies']
}

function composeAudit({ measurements, findings }: ResultParts): AuditFindings {
  const { counts } = measurements
  const sum = addFindings(findings.generators)
  const refusals = addReasons(findings.generators.map((one) => one.refusals))
  return {
    ...sum,
    corrupt: sum.corrupt + findings.agreement.odd,
    errors: joinErrors(sum.errors, refusals),
    sent: counts.sent,
    acknowledged: counts.acknowledged,
    refused: counts.refused,
    unsent: counts.unsent,
    delivered: counts.delivered,
    ...findings.database,
    ...findings.rosters,
    ...(findings.ghosts === undefined ? {} : { ghosts: findings.ghosts }),
    serverDisagrees: [...findings.serverDisagrees],
  }
}

function addHttp(measurements: Measurements, { idle, loaded }: ResultParts['http']): void {
  if (idle) measurements.latencies.http_idle_ms.add(Histogram.from(idle.latencies))
  if (loaded) measurements.latencies.http_ms.add(Histogram.from(loaded.latencies))
}

/** How far apart the first and the last receiver of each message and each status were. */
function addSpreads(measurements: Measurements, findings: readonly GeneratorFindings[]): void {
  const { skew_ms, presence_last_ms } = measurements.latencies
  const firsts = new Map<number, number>()
  const lasts = new Map<number, number>()
  for (const { firstOffset, firstUs, lastUs } of findings)
    for (const [place, us] of firstUs.entries()) {
      if (us === 0) continue
      const offset = firstOffset + place
      firsts.set(offset, Math.min(us, firsts.get(offset) ?? Number.POSITIVE_INFINITY))
      lasts.set(offset, Math.max(lastUs[place]!, lasts.get(offset) ?? 0))
    }
  for (const [offset, us] of firsts) skew_ms.record(lasts.get(offset)! - us)
  const told = new Map<string, { dueUs: number; lastUs: number }>()
  for (const { presence } of findings)
    for (const [user, dueUs, lastUs] of presence) {
      const key = `${user}@${dueUs}`
      told.set(key, { dueUs, lastUs: Math.max(lastUs, told.get(key)?.lastUs ?? 0) })
    }
  for (const { dueUs, lastUs } of told.values()) presence_last_ms.record(lastUs - dueUs)
}

function nameOf({ metric, condition }: ThresholdResult): string {
  return `${metric} ${condition}`
}

function withoutUndefined<T>(record: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined),
  )
}
