import type { BenchResult } from '../result/bench-result.ts'
import { formatCount, formatMeasured } from './format-number.ts'

/** A figure of a report: what it is, and what it came to, in words. */
export type Figure = readonly [name: string, text: string]

/** What a run counted and used, for reports that list it. */
export function listFigures(result: BenchResult): Figure[] {
  return [
    ...countFigures(result),
    ...auditFigures(result),
    ['used', usedText(result)],
    ['ran', ranText(result)],
  ]
}

function countFigures({ audit, values, latencies }: BenchResult): Figure[] {
  const perMessage =
    values.amplification === undefined
      ? ''
      : `, ${formatMeasured('amplification', values.amplification)} for each message`
  const unsent = [
    audit.unsent > 0 ? `, ${formatCount(audit.unsent)} unsent` : '',
    audit.refused > 0 ? `, ${formatCount(audit.refused)} refused` : '',
  ].join('')
  return [
    [
      'sent',
      `${formatCount(audit.sent)}, acknowledged ${formatCount(audit.acknowledged)}${unsent}`,
    ],
    [
      'deliveries',
      `${formatCount(audit.delivered)}, ${formatCount(values.deliveries_per_second ?? 0)} a second` +
        perMessage,
    ],
    ...(latencies.http_ms || values.http_errors
      ? [
          [
            'http',
            `${formatCount(latencies.http_ms?.count ?? 0)} answers under load, ` +
              `${formatCount(values.http_errors ?? 0)} failed or not 2xx`,
          ] as const,
        ]
      : []),
  ]
}

function auditFigures({ audit }: BenchResult): Figure[] {
  const ambiguous =
    audit.ambiguous > 0 ? `, under way at a leave ${formatCount(audit.ambiguous)}` : ''
  return [
    [
      'audit',
      `missing ${formatCount(audit.missing)}, leaked ${formatCount(audit.leaked)}, duplicate ${formatCount(audit.duplicate)}, ` +
        `out of order ${formatCount(audit.reordered)}, corrupt ${formatCount(audit.corrupt)}, ` +
        `misrouted ${formatCount(audit.misrouted)}${ambiguous}`,
    ],
    [
      'presence',
      `not seen online ${judged(audit.notSeenOnline)}, not seen offline ` +
        `${judged(audit.notSeenOffline)}, falsely offline ${formatCount(audit.falseOffline)}, ` +
        `ghosts ${judged(audit.ghosts)}`,
    ],
    ...(audit.notInDatabase === undefined
      ? []
      : [
          [
            'database',
            `acknowledged but not there ${formatCount(audit.notInDatabase)}, ` +
              `sent otherwise than stored ${formatCount(audit.differsFromDatabase ?? 0)}`,
          ] as const,
        ]),
    ...reasonFigures('lost, as wanted', audit.expectedLosses),
    ...reasonFigures('errors', audit.errors),
  ]
}

function usedText({ values }: BenchResult): string {
  const { generator_cpu_cores, generator_rss_mb, server_cpu_cores, server_rss_mb } = values
  const server =
    server_rss_mb === undefined
      ? ''
      : `; server ${server_cpu_cores ?? '?'} cores, ${formatCount(server_rss_mb)} MB`
  return `load tester ${generator_cpu_cores} cores, ${formatCount(generator_rss_mb ?? 0)} MB${server}`
}

function ranText({ elapsedSeconds, scenario, workers, isOwnServer, host }: BenchResult): string {
  return [
    `${elapsedSeconds.toFixed(1)} s`,
    `seed ${scenario.seed}`,
    `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    isOwnServer ? 'a server of its own' : 'a server that was there',
    `${host.cores} cores`,
    `Node ${host.node}`,
  ].join(', ')
}

function reasonFigures(name: string, reasons: Readonly<Record<string, number>>): Figure[] {
  const texts = Object.entries(reasons).map(
    ([reason, count]) => `${formatCount(count)} × ${reason}`,
  )
  return texts.length === 0 ? [] : [[name, texts.join(', ')]]
}

function judged(number: number | undefined): string {
  return number === undefined ? 'not judged' : formatCount(number)
}
