import type { Comparison } from './baseline.ts'
import type { Style } from './text-report.ts'

/** A comparison for people: what changed by how much, regressions marked. */
export function formatComparison({ rows, warnings }: Comparison, style: Style): string {
  return [
    style.strong('compared with the baseline'),
    ...warnings.map((warning) => `  ${style.doubtful(`! ${warning}`)}`),
    ...rows.map(({ metric, before, after, changePercent, isRegression }) => {
      const change = `${changePercent >= 0 ? '+' : ''}${changePercent.toFixed(1)} %`
      const line =
        `${isRegression ? '✗' : '✓'} ${metric.padEnd(24)}${String(before).padStart(12)} → ` +
        `${String(after).padEnd(12)} ${change}`
      return `  ${isRegression ? style.bad(line) : line}`
    }),
    '',
  ].join('\n')
}
