import { LATENCIES } from '../metrics/metric-names.ts'
import type { BenchResult } from '../run/bench-result.ts'
import type { Comparison } from './baseline.ts'
import { formatCount } from './format-number.ts'
import { timedNote } from './timed-note.ts'

const COLUMNS = ['p50', 'p95', 'p99', 'p99.9', 'max'] as const

/** The report as GitHub shows it on a workflow's summary. */
export function formatMarkdown(result: BenchResult, comparison?: Comparison): string {
  const { scenario, verdict, problems, audit, values } = result
  const isPassed = result.exitCode === 0
  return [
    `## ${isPassed ? '✅' : '❌'} chatws bench: ${cell(scenario.name)}`,
    '',
    ...(scenario.description ? [cell(scenario.description), ''] : []),
    `**${formatCount(result.users)}** users, **${formatCount(result.connections)}** connections, ` +
      `**${formatCount(audit.delivered)}** deliveries ` +
      `(${formatCount(values.deliveries_per_second ?? 0)} a second) of ` +
      `${formatCount(audit.acknowledged)} messages; measurement **${verdict.verdict}**.`,
    '',
    ...verdict.reasons.map((reason) => `> ${cell(reason)}`),
    ...(verdict.reasons.length > 0 ? [''] : []),
    '| | threshold | measured |',
    '|---|---|---|',
    ...result.thresholds.map(
      ({ metric, condition, actual, isMet }) =>
        `| ${isMet ? '✅' : '❌'} | \`${metric} ${cell(condition)}\` | ${actual ?? 'not measured'} |`,
    ),
    `| ${problems.length === 0 ? '✅' : '❌'} | audit | ${problems.length === 0 ? 'clean' : problems.map(cell).join('<br>')} |`,
    '',
    ...latencyTable(result),
    ...(comparison ? ['', ...comparisonTable(comparison)] : []),
    '',
  ].join('\n')
}

function latencyTable(result: BenchResult): string[] {
  const { latencies } = result
  const note = timedNote(result)
  const rows = Object.entries(LATENCIES).flatMap(([name, what]) => {
    const summary = latencies[name]
    if (!summary) return []
    const cells = COLUMNS.map((column) => summary[column].toFixed(2))
    return [`| \`${name}\` | ${cells.join(' | ')} | ${what} |`]
  })
  return [
    `| ms | ${COLUMNS.join(' | ')} | |`,
    `|---|${COLUMNS.map(() => '--:').join('|')}|---|`,
    ...rows,
    ...(note === '' ? [] : ['', note]),
  ]
}

function comparisonTable({ rows, warnings }: Comparison): string[] {
  return [
    ...warnings.map((warning) => `> ${cell(warning)}`),
    ...(warnings.length > 0 ? [''] : []),
    '| | metric | baseline | now | change |',
    '|---|---|--:|--:|--:|',
    ...rows.map(
      ({ metric, before, after, changePercent, isRegression }) =>
        `| ${isRegression ? '❌' : '✅'} | \`${metric}\` | ${before} | ${after} | ${changePercent >= 0 ? '+' : ''}${changePercent.toFixed(1)} % |`,
    ),
  ]
}

/** Text that does not end a cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')
}
