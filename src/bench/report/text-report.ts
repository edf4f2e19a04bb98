import { LATENCIES } from '../metrics/metric-names.ts'
import type { BenchResult } from '../run/bench-result.ts'
import { formatCount } from './format-number.ts'
import { timedNote } from './timed-note.ts'

const COLUMNS = ['p50', 'p95', 'p99', 'p99.9', 'max'] as const

/** Latency → how the report calls it. */
const LABELS: Readonly<Record<string, string>> = {
  connect_ms: 'connect',
  ack_ms: 'send → ack',
  delivery_ms: 'send → delivery',
  skew_ms: 'first → last',
  presence_ms: 'presence',
  presence_last_ms: 'presence, last',
  resume_ms: 'resume',
  http_ms: 'http',
  http_idle_ms: 'http, idle',
}

/** Latencies that stand in the report even if nothing was measured. */
const ALWAYS = new Set(['connect_ms', 'ack_ms', 'delivery_ms'])

/** How parts of a report are set off; plain where the output is no terminal. */
export interface Style {
  good(text: string): string
  bad(text: string): string
  doubtful(text: string): string
  strong(text: string): string
  faint(text: string): string
}

export const PLAIN: Style = {
  good: (text) => text,
  bad: (text) => text,
  doubtful: (text) => text,
  strong: (text) => text,
  faint: (text) => text,
}

export const COLOURED: Style = {
  good: (text) => `\x1b[32m${text}\x1b[39m`,
  bad: (text) => `\x1b[31m${text}\x1b[39m`,
  doubtful: (text) => `\x1b[33m${text}\x1b[39m`,
  strong: (text) => `\x1b[1m${text}\x1b[22m`,
  faint: (text) => `\x1b[2m${text}\x1b[22m`,
}

/** The report of a run for people: thresholds first, then the audit, then what was measured. */
export function formatReport(result: BenchResult, style: Style = PLAIN): string {
  return [
    '',
    heading(result, style),
    '',
    ...thresholdLines(result, style),
    ...auditLines(result, style),
    ...verdictLines(result, style),
    '',
    style.strong(
      `📊 WS Stats: ${formatCount(result.users)} users, ${formatCount(result.connections)} connections`,
    ),
    '',
    ...latencyTable(result, style),
    ...noteLines(result, style),
    '',
    ...figureLines(result),
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

function thresholdLines({ thresholds }: BenchResult, style: Style): string[] {
  return thresholds.map(({ metric, condition, actual, isMet }) => {
    const line = `${isMet ? '✓' : '✗'} ${metric} ${condition}  (${actual ?? 'not measured'})`
    return `  ${isMet ? style.good(line) : style.bad(line)}`
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

function latencyTable({ latencies }: BenchResult, style: Style): string[] {
  const names = Object.keys(LATENCIES).filter((name) => latencies[name] || ALWAYS.has(name))
  const header = `  ${'ms'.padEnd(17)}${COLUMNS.map((column) => column.padStart(10)).join('')}`
  return [
    style.faint(header),
    ...names.map((name) => {
      const summary = latencies[name]
      const cells = COLUMNS.map((column) =>
        (summary ? formatMs(summary[column]) : '–').padStart(10),
      )
      return `  ${LABELS[name]!.padEnd(17)}${cells.join('')}`
    }),
  ]
}

function noteLines(result: BenchResult, style: Style): string[] {
  const note = timedNote(result)
  return note === '' ? [] : [style.faint(`  ${note}`)]
}

function formatMs(ms: number): string {
  return ms >= 1000 ? ms.toFixed(0) : ms.toFixed(2)
}

function figureLines(result: BenchResult): string[] {
  const { audit, values } = result
  const cpu = [
    `load tester ${values.generator_cpu_cores} cores, ${values.generator_rss_mb} MB`,
    ...(values.server_rss_mb === undefined
      ? []
      : [`server ${values.server_cpu_cores ?? '?'} cores, ${values.server_rss_mb} MB`]),
  ]
  const ambiguous =
    audit.ambiguous > 0 ? `, under way at a leave ${formatCount(audit.ambiguous)}` : ''
  return [
    row('sent', `${formatCount(audit.sent)}, acknowledged ${formatCount(audit.acknowledged)}`),
    row(
      'deliveries',
      `${formatCount(audit.delivered)}, ${formatCount(values.deliveries_per_second ?? 0)} a second` +
        (values.amplification === undefined ? '' : `, ${values.amplification} for each message`),
    ),
    row(
      'audit',
      `missing ${formatCount(audit.missing)}, duplicate ${formatCount(audit.duplicate)}, ` +
        `out of order ${formatCount(audit.reordered)}, corrupt ${formatCount(audit.corrupt)}, ` +
        `misrouted ${formatCount(audit.misrouted)}${ambiguous}`,
    ),
    row(
      'presence',
      `not seen online ${seen(audit.notSeenOnline)}, not seen offline ` +
        `${seen(audit.notSeenOffline)}, falsely offline ${formatCount(audit.falseOffline)}, ` +
        `ghosts ${seen(audit.ghosts)}`,
    ),
    ...(audit.notInDatabase === undefined
      ? []
      : [
          row(
            'database',
            `acknowledged but not there ${formatCount(audit.notInDatabase)}, ` +
              `sent otherwise than stored ${formatCount(audit.differsFromDatabase ?? 0)}`,
          ),
        ]),
    ...reasonLines('lost, as wanted', audit.expectedLosses),
    ...reasonLines('errors', audit.errors),
    row('used', cpu.join('; ')),
    row('took', `${result.elapsedSeconds.toFixed(1)} s`),
  ]
}

function reasonLines(name: string, reasons: Readonly<Record<string, number>>): string[] {
  const texts = Object.entries(reasons).map(
    ([reason, count]) => `${formatCount(count)} × ${reason}`,
  )
  return texts.length === 0 ? [] : [row(name, texts.join(', '))]
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(15)} ${text}`
}

function seen(number: number | undefined): string {
  return number === undefined ? 'not judged' : formatCount(number)
}
