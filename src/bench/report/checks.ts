import type { BenchResult } from '../result/bench-result.ts'
import { formatChange } from './comparison-text.ts'

/** One thing that a run had to fulfil, for formats that list them. */
export interface Check {
  readonly group: 'thresholds' | 'audit' | 'measurement' | 'baseline'
  readonly name: string
  /** What was found, good or bad. */
  readonly found: string
  readonly isMet: boolean
}

/** Everything that decides whether a run passed. */
export function listChecks(result: BenchResult): Check[] {
  const { thresholds, problems, verdict, comparison } = result
  return [
    ...thresholds
      .filter(({ isDeferred }) => !isDeferred)
      .map(
        ({ metric, condition, actual, isMet }): Check => ({
          group: 'thresholds',
          name: `${metric} ${condition}`,
          found: actual === undefined ? 'not measured' : `measured ${actual}`,
          isMet,
        }),
      ),
    {
      group: 'audit',
      name: 'every delivery is right',
      found: problems.length === 0 ? 'clean' : problems.join('\n'),
      isMet: problems.length === 0,
    },
    {
      group: 'measurement',
      name: 'the measurement is valid',
      found: [verdict.verdict, ...verdict.reasons].join('\n'),
      isMet: verdict.verdict !== 'INVALID',
    },
    ...(comparison?.rows ?? [])
      .filter(({ isJudged }) => isJudged)
      .map(
        ({ metric, before, after, changePercent, isRegression }): Check => ({
          group: 'baseline',
          name: `${metric} is no worse than the baseline`,
          found: `${before} before, ${after} now, ${formatChange(changePercent)}`,
          isMet: !isRegression,
        }),
      ),
  ]
}
