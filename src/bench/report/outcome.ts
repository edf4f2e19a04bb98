import { BENCH_EXIT, type BenchResult } from '../result/bench-result.ts'

/** What a run came to, in a few words, and why. */
export function describeOutcome(result: BenchResult): string {
  const { exitCode, problems, thresholds, comparison } = result
  const failed = thresholds.filter(({ isMet }) => !isMet).length
  const regressions = comparison?.rows.filter(({ isRegression }) => isRegression).length ?? 0
  const reasons = [
    ...(result.isInterrupted ? ['it was interrupted'] : []),
    ...(result.verdict.verdict === 'INVALID' ? ['the measurement is invalid'] : []),
    ...(problems.length > 0 ? ['the audit failed'] : []),
    ...(failed > 0 ? [`${failed} of ${thresholds.length} thresholds failed`] : []),
    ...(regressions > 0 ? [`${plural(regressions, 'figure')} worse than the baseline`] : []),
  ]
  return exitCode === BENCH_EXIT.pass
    ? 'passed'
    : `failed: ${reasons.join(', ')} (exit code ${exitCode})`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
