import { LATENCY_COLUMNS } from '../metrics/latency-summary.ts'
import { LATENCIES } from '../metrics/registry.ts'
import type { BenchResult, Comparison } from '../result/bench-result.ts'
import { formatChange } from './comparison-text.ts'
import { listFigures } from './figures.ts'
import { formatCount, formatMeasured } from './format-number.ts'
import { describeOutcome } from './outcome.ts'
import { seriesLines } from './series-text.ts'
import { timedNote } from './timed-note.ts'

/** The report as GitHub shows it on a workflow's summary. */
export function formatMarkdown(result: BenchResult): string {
  const { scenario, users, connections, comparison } = result
  return [
    `## ${emoji(result.exitCode === 0)} chatws bench: ${prose(scenario.name)} ${describeOutcome(result)}`,
    '',
    ...(scenario.description ? [prose(scenario.description), ''] : []),
    ...checkRows(result),
    '',
    `📊 WS Stats: **${formatCount(users)}** users, **${formatCount(connections)}** connections`,
    '',
    ...latencyRows(result),
    '',
    ...(comparison ? [...comparisonRows(comparison), ''] : []),
    ...details('Over time', ['```text', ...seriesLines(result.series), '```']),
    ...details('Counted and used', [
      '| | |',
      '|---|---|',
      ...listFigures(result).map(([name, text]) => `| ${cell(name)} | ${cell(text)} |`),
    ]),
    '',
  ].join('\n')
}

function checkRows({ thresholds, problems, verdict }: BenchResult): string[] {
  const isValid = verdict.verdict === 'VALID'
  const verdictMark = verdict.verdict === 'SUSPECT' ? '⚠️' : emoji(isValid)
  return [
    '| | | measured |',
    '|---|---|--:|',
    ...thresholds.map(
      ({ metric, condition, actual, isMet, isDeferred }) =>
        `| ${isDeferred ? '➖' : emoji(isMet)} | ${code(`${metric} ${condition}`)} | ${formatMeasured(metric, actual)} |`,
    ),
    `| ${emoji(problems.length === 0)} | audit | ${problems.length === 0 ? 'clean' : problems.map(cell).join('<br>')} |`,
    `| ${verdictMark} | measurement | ${[verdict.verdict, ...verdict.reasons].map(cell).join('<br>')} |`,
  ]
}

function latencyRows(result: BenchResult): string[] {
  const { latencies } = result
  const note = timedNote(result)
  const rows = Object.entries(LATENCIES).flatMap(([name, { what }]) => {
    const summary = latencies[name]
    if (!summary) return []
    const cells = LATENCY_COLUMNS.map((column) => summary[column].toFixed(2))
    return [`| ${code(name)} | ${cells.join(' | ')} | ${formatCount(summary.count)} | ${what} |`]
  })
  return [
    `| ms | ${LATENCY_COLUMNS.join(' | ')} | count | |`,
    `|---|${LATENCY_COLUMNS.map(() => '--:').join('|')}|--:|---|`,
    ...rows,
    ...(note === '' ? [] : ['', note]),
  ]
}

function comparisonRows(comparison: Comparison): string[] {
  const { rows, warnings, baseline, maxRegressionPercent } = comparison
  return [
    `Compared with the baseline of ${cell(baseline)}, up to ${maxRegressionPercent} % worse is accepted:`,
    '',
    ...warnings.flatMap((warning) => [`> ⚠️ ${prose(warning)}`, '']),
    '| | metric | baseline | now | change |',
    '|---|---|--:|--:|--:|',
    ...rows.map(
      ({ metric, before, after, changePercent, isJudged, isRegression }) =>
        `| ${isJudged ? emoji(!isRegression) : ''} | ${code(metric)} | ${before} | ${after} | ${formatChange(changePercent)} |`,
    ),
  ]
}

function details(title: string, lines: readonly string[]): string[] {
  return [`<details><summary>${title}</summary>`, '', ...lines, '', '</details>', '']
}

function emoji(isGood: boolean): string {
  return isGood ? '✅' : '❌'
}

/** Text that no Markdown or HTML is read from. */
function prose(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('\n', ' ')
}

/** The same in a cell of a table. */
function cell(text: string): string {
  return prose(text).replaceAll('|', '\\|')
}

/** Code in a cell of a table, where nothing but the cell's end is special. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}
