import type { Comparison } from '../result/bench-result.ts'
import type { Style } from './style.ts'

/** A comparison for people, line by line: what changed by how much, regressions marked. */
export function formatComparison(comparison: Comparison, style: Style): string[] {
  const { rows, warnings, baseline, maxRegressionPercent } = comparison
  return [
    style.strong(
      `compared with the baseline of ${baseline}, up to ${maxRegressionPercent} % worse is accepted`,
    ),
    ...warnings.map((warning) => `  ${style.doubtful(`! ${warning}`)}`),
    ...rows.map(({ metric, before, after, changePercent, isJudged, isRegression }) => {
      const mark = isRegression ? '✗' : isJudged ? '✓' : ' '
      const line =
        `${mark} ${metric.padEnd(24)}${String(before).padStart(12)} → ` +
        `${String(after).padEnd(12)} ${formatChange(changePercent)}`
      return `  ${isRegression ? style.bad(line) : isJudged ? line : style.faint(line)}`
    }),
  ]
}

/** A change with its sign: +12.5 %. */
export function formatChange(percent: number): string {
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %`
}
