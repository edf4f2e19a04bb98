import { LATENCY_AGGREGATES } from '../metrics/latency-summary.ts'
import type { BenchResult, Second } from '../result/bench-result.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** The first line of the stream: what is about to be played. */
export function startEvent({ name, seed, phases }: Scenario): object {
  return {
    event: 'start',
    version: 1,
    scenario: name,
    seed,
    phases: phases.map(({ name, durationSeconds }) => ({ name, durationSeconds })),
  }
}

/** A line for each second as it passes. */
export function secondEvent(second: Second): object {
  return { event: 'second', ...second }
}

/** The last line: the result without what was told second by second, and without histograms. */
export function resultEvent(result: BenchResult): object {
  const { exitCode, thresholds, verdict, problems, latencies, values, comparison } = result
  const summaries = Object.entries(latencies).map(([name, summary]) => [
    name,
    summary &&
      Object.fromEntries(
        ['count', ...LATENCY_AGGREGATES].map((key) => [key, summary[key as 'p50']]),
      ),
  ])
  return {
    event: 'result',
    exitCode,
    thresholds,
    verdict,
    problems,
    latencies: Object.fromEntries(summaries),
    values,
    ...(comparison ? { comparison } : {}),
  }
}
