import { emptyCounts, type GeneratorCounts } from '../../../src/bench/metrics/counts.ts'
import { Histogram } from '../../../src/bench/metrics/histogram.ts'
import { summarizeLatency } from '../../../src/bench/metrics/latency-summary.ts'
import { LATENCIES } from '../../../src/bench/metrics/registry.ts'
import type { BenchResult, Second } from '../../../src/bench/result/bench-result.ts'
import type { GeneratorSnapshot } from '../../../src/bench/worker/snapshot.ts'

/** What the audit says of a run in which nothing is wrong, besides how much it saw. */
export const NOTHING_WRONG = {
  refused: 0,
  unacknowledged: 0,
  unsent: 0,
  missing: 0,
  leaked: 0,
  duplicate: 0,
  reordered: 0,
  corrupt: 0,
  misrouted: 0,
  ambiguous: 0,
  resumeFailed: 0,
  wrongAcks: 0,
  notSeenOnline: 0,
  notSeenOffline: 0,
  ghosts: 0,
  falseOffline: 0,
  flaps: 0,
  serverDisagrees: [],
  lost: {},
  expectedLosses: {},
  failedConnects: {},
  ownFaults: {},
  errors: {},
}

/** What generators counted. */
export function counts(changes: Partial<GeneratorCounts> = {}): GeneratorCounts {
  return { ...emptyCounts(), open: 8, timed: 8, greeted: 8, ...changes }
}

/** What a generator that did nothing tells. */
export function snapshot({
  latencies = {},
  ...changes
}: Partial<Omit<GeneratorSnapshot, 'latencies'>> & {
  latencies?: Partial<GeneratorSnapshot['latencies']>
} = {}): GeneratorSnapshot {
  const none = new Histogram().toRecord()
  const silent = Object.keys(LATENCIES).map((name) => [name, none])
  return {
    counts: counts(),
    lateness: none,
    lagMs: 0,
    utilization: 0,
    ...changes,
    latencies: { ...Object.fromEntries(silent), ...latencies },
  }
}

/** A row of a series. */
export function second(number: number, changes: Partial<Second> = {}): Second {
  return {
    second: number,
    phase: 'steady',
    open: 8,
    sent: 2,
    acknowledged: 2,
    delivered: 16,
    unsent: 0,
    lost: 0,
    p50: 1,
    p99: 4,
    ackP99: 3,
    lagMs: 1,
    utilization: 0.2,
    generatorCpu: 0.1,
    generatorRssMb: 90,
    ...changes,
  }
}

/** A latency of a result, of values in milliseconds. */
export function latency(...valuesMs: number[]): NonNullable<BenchResult['latencies'][string]> {
  const histogram = new Histogram()
  for (const ms of valuesMs) histogram.record(ms * 1000)
  return { ...summarizeLatency(histogram)!, histogram: histogram.toRecord() }
}

/** The result of a run in which much went wrong, with texts that formats must escape. */
export function failedResult(): BenchResult {
  return cleanResult({
    exitCode: 98,
    thresholds: [{ metric: 'ack_ms', condition: 'p99<2', actual: 3, isMet: false }],
    problems: ['1 connection lost: closed with 1011 <oops> & "more" | less'],
    verdict: { verdict: 'SUSPECT', reasons: ['all 2 cores were in use'] },
  })
}

/** A clean result beside a baseline: one figure worse, one too uncertain to be judged. */
export function comparedResult(): BenchResult {
  const row = { before: 2, after: 3, changePercent: 50, isJudged: true, isRegression: true }
  return cleanResult({
    exitCode: 99,
    comparison: {
      baseline: '2025-12-31T00:00:00.000Z',
      maxRegressionPercent: 10,
      rows: [
        { ...row, metric: 'ack_ms p99' },
        { ...row, metric: 'ack_ms p50', isRegression: false, changePercent: -4 },
        { ...row, metric: 'server_rss_mb', isJudged: false, isRegression: false },
      ],
      warnings: ['other <host>'],
    },
  })
}

/** The result of a clean run. */
export function cleanResult(changes: Partial<BenchResult> = {}): BenchResult {
  return {
    version: 1,
    scenario: {
      name: 'five',
      description: 'Five <users>',
      hash: 'abc',
      seed: 1,
      plannedSeconds: 3,
    },
    startedAt: '2026-01-01T00:00:00.000Z',
    elapsedSeconds: 3.25,
    isInterrupted: false,
    shards: ['1/1'],
    isOwnServer: true,
    host: {
      name: 'h',
      cpu: 'c',
      cores: 2,
      memoryMb: 1024,
      platform: 'linux x64',
      node: 'v20.20.0',
    },
    workers: 1,
    users: 5,
    connections: 8,
    exitCode: 0,
    thresholds: [{ metric: 'ack_ms', condition: 'p99<10', actual: 3, isMet: true }],
    verdict: { verdict: 'VALID', reasons: [] },
    audit: {
      ...NOTHING_WRONG,
      sent: 2,
      acknowledged: 2,
      delivered: 16,
      notInDatabase: 0,
      differsFromDatabase: 0,
    },
    problems: [],
    latencies: { connect_ms: latency(1, 2, 3), ack_ms: latency(1, 2, 3) },
    values: { deliveries_per_second: 1234, generator_cpu_cores: 0.1, generator_rss_mb: 90 },
    series: [second(0), second(1)],
    ...changes,
  }
}
