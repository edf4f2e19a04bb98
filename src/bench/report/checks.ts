import type { BenchResult } from '../run/bench-result.ts'

/** One thing that a run had to fulfil, for formats that list them. */
export interface Check {
  readonly group: 'thresholds' | 'audit' | 'measurement'
  readonly name: string
  /** Why it failed; undefined when it did not. */
  readonly failure: string | undefined
}

/** Everything that decides whether a run passed. */
export function listChecks(result: BenchResult): Check[] {
  const { thresholds, problems, verdict } = result
  return [
    ...thresholds.map(
      ({ metric, condition, actual, isMet }): Check => ({
        group: 'thresholds',
        name: `${metric} ${condition}`,
        failure: isMet ? undefined : `it was ${actual ?? 'not measured'}`,
      }),
    ),
    {
      group: 'audit',
      name: 'every delivery is right',
      failure: problems.length === 0 ? undefined : problems.join('\n'),
    },
    {
      group: 'measurement',
      name: 'the measurement is valid',
      failure: verdict.verdict === 'INVALID' ? verdict.reasons.join('\n') : undefined,
    },
  ]
}
