import { LATENCY_COLUMNS } from '../metrics/latency-summary.ts'
import { LATENCIES, type Latency } from '../metrics/registry.ts'
import type { BenchResult } from '../result/bench-result.ts'
import { formatComparison } from './comparison-text.ts'
import { listFigures } from './figures.ts'
import { formatCount, formatMeasured } from './format-number.ts'
import { describeOutcome } from './outcome.ts'
import { seriesLines } from './series-text.ts'
import { PLAIN, type Style } from './style.ts'
import { timedNote } from './timed-note.ts'

/**
 * The report of a run for people: thresholds first, then the audit, then what was measured, and at
 * the end what it all came to.
 */
export function formatReport(result: BenchResult, style: Style = PLAIN): string {
  const overTime = seriesLines(result.series, style)
  const { comparison } = result
  const note = timedNote(result)
  return [
    '',
    heading(result, style),
    ...wrap(result.scenario.description ?? '').map((line) => style.faint(line)),
    '',
    ...thresholdLines(result, style),
    ...auditLines(result, style),
    ...verdictLines(result, style),
    '',
    style.strong(
      `📊 WS Stats: ${formatCount(result.users)} users, ${formatCount(result.connections)} connections`,
    ),
    '',
    ...latencyLines(result, style),
    ...(note === '' ? [] : [style.faint(`  ${note}`)]),
    '',
    ...overTime.map((line) => `  ${line}`),
    ...(overTime.length > 0 ? [''] : []),
    ...listFigures(result).map(([name, text]) => `  ${name.padEnd(16)} ${text}`),
    '',
    ...(comparison ? [...formatComparison(comparison, style), ''] : []),
    outcome(result, style),
    '',
  ].join('\n')
}

function heading(result: BenchResult, style: Style): string {
  const notes = [
    result.isInterrupted ? 'interrupted: what follows is incomplete' : '',
    result.abortedBy ? `ended early by ${result.abortedBy}` : '',
    result.shards.join() === '1/1' ? '' : `shard ${result.shards.join(', ')}`,
  ].filter(Boolean)
  const suffix = notes.length > 0 ? ` (${notes.join('; ')})` : ''
  return style.strong(result.scenario.name) + suffix
}

/** Text in lines that are no longer than this, broken between words. */
function wrap(text: string, width = 92): string[] {
  return text.match(new RegExp(`\\S.{0,${width - 1}}(?=\\s|$)|\\S+`, 'g')) ?? []
}

function thresholdLines({ thresholds }: BenchResult, style: Style): string[] {
  const names = thresholds.map(({ metric, condition }) => `${metric} ${condition}`)
  const width = Math.max(0, ...names.map((name) => name.length))
  return thresholds.map(({ metric, actual, isMet, isDeferred }, index) => {
    const measured = formatMeasured(metric, actual)
    const line = `${names[index]!.padEnd(width)}  ${measured.padStart(10)}`
    if (isDeferred) return `  ${style.faint(`· ${line}  (judged when all shards are merged)`)}`
    return `  ${isMet ? style.good(`✓ ${line}`) : style.bad(`✗ ${line}`)}`
  })
}

function auditLines({ problems }: BenchResult, style: Style): string[] {
  if (problems.length === 0) return [`  ${style.good('✓ audit clean')}`]
  return [
    `  ${style.bad('✗ audit failed')}`,
    ...problems.map((problem) => `      ${style.bad(problem)}`),
  ]
}

function verdictLines({ verdict: { verdict, reasons } }: BenchResult, style: Style): string[] {
  const line = {
    VALID: style.good('✓ measurement VALID'),
    SUSPECT: style.doubtful('! measurement SUSPECT'),
    INVALID: style.bad('✗ measurement INVALID'),
  }[verdict]
  return [`  ${line}`, ...reasons.map((reason) => `      ${reason}`)]
}

function latencyLines({ latencies }: BenchResult, style: Style): string[] {
  const shown = Object.entries<Latency>(LATENCIES).filter(
    ([name, { isAlwaysShown }]) => latencies[name] || isAlwaysShown,
  )
  const head = LATENCY_COLUMNS.map((column) => column.padStart(10)).join('')
  return [
    style.faint(`  ${'ms'.padEnd(17)}${head}${'count'.padStart(12)}`),
    ...shown.map(([name, { label }]) => {
      const summary = latencies[name]
      const cells = LATENCY_COLUMNS.map((column) =>
        (summary ? formatMs(summary[column]) : '–').padStart(10),
      )
      const count = summary ? formatCount(summary.count) : '0'
      return `  ${label.padEnd(17)}${cells.join('')}${count.padStart(12)}`
    }),
  ]
}

function formatMs(ms: number): string {
  return ms >= 1000 ? ms.toFixed(0) : ms.toFixed(2)
}

function outcome(result: BenchResult, style: Style): string {
  const words = describeOutcome(result)
  return result.exitCode === 0 ? style.good(`✓ ${words}`) : style.bad(`✗ ${words}`)
}
