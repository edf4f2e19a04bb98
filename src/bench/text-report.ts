import { auditProblems, type BenchResult } from './bench-result.ts'
import type { LatencySummary } from './latency.ts'

const COLUMNS = ['p50', 'p95', 'p99', 'p99.9', 'max'] as const

/** The report of a run for people: thresholds first, then what was measured, then the audit. */
export function formatReport(result: BenchResult): string {
  const { measurements, delivery, presence } = result
  const problems = auditProblems(result)
  return [
    '',
    `${result.scenario}${result.isInterrupted ? ' (interrupted: what follows is incomplete)' : ''}`,
    '',
    ...result.thresholds.map(
      ({ metric, condition, actual, isMet }) =>
        `  ${isMet ? '✓' : '✗'} ${metric} ${condition}  (${actual ?? 'not measured'})`,
    ),
    `  ${problems.length === 0 ? '✓ audit clean' : '✗ audit failed'}`,
    ...problems.map((problem) => `      ${problem}`),
    '',
    `📊 WS Stats: ${result.users} users, ${result.connections} connections`,
    '',
    `  ${'ms'.padEnd(17)}${COLUMNS.map((column) => column.padStart(10)).join('')}`,
    latencyRow('connect', measurements.connect_ms),
    latencyRow('send → ack', measurements.ack_ms),
    latencyRow('send → delivery', measurements.delivery_ms),
    '',
    row('sent', `${count(delivery.sent)}, acknowledged ${count(delivery.acknowledged)}`),
    row(
      'deliveries',
      `${count(delivery.delivered)} of ${count(delivery.expected)} expected, ` +
        `${count(measurements.deliveries_per_second.value)} a second`,
    ),
    row(
      'audit',
      `missing ${count(delivery.missing)}, duplicate ${count(delivery.duplicate)}, ` +
        `out of order ${count(delivery.outOfOrder)}`,
    ),
    row(
      'presence',
      `not seen online ${seen(presence.notSeenOnline)}, not seen offline ` +
        `${seen(presence.notSeenOffline)}, falsely offline ${count(presence.falseOffline)}`,
    ),
    row('took', `${result.elapsedSeconds.toFixed(1)} s`),
    '',
  ].join('\n')
}

function latencyRow(name: string, summary: LatencySummary | undefined): string {
  const cells = COLUMNS.map((column) => (summary ? summary[column].toFixed(2) : '–').padStart(10))
  return `  ${name.padEnd(17)}${cells.join('')}`
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(12)}${text}`
}

function seen(number: number | undefined): string {
  return number === undefined ? 'not judged' : count(number)
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
