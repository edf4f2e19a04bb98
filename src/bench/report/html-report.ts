import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { LATENCIES } from '../metrics/metric-names.ts'
import type { BenchResult, Second } from '../run/bench-result.ts'
import type { Comparison } from './baseline.ts'
import { listChecks } from './checks.ts'
import { escapeXml } from './escape-xml.ts'
import { formatCount } from './format-number.ts'
import { timedNote } from './timed-note.ts'

const COLUMNS = ['p50', 'p95', 'p99', 'p99.9', 'max'] as const

/** One chart: its title and its lines, drawn over the seconds of the run. */
interface Chart {
  readonly title: string
  readonly lines: readonly {
    readonly label: string
    readonly colour: string
    readonly pick: (second: Second) => number | undefined
  }[]
}

const CHARTS: readonly Chart[] = [
  {
    title: 'Deliveries a second',
    lines: [{ label: 'delivered', colour: '#2563eb', pick: ({ delivered }) => delivered }],
  },
  {
    title: 'Latency (ms)',
    lines: [
      { label: 'delivery p50', colour: '#16a34a', pick: ({ p50 }) => p50 },
      { label: 'delivery p99', colour: '#dc2626', pick: ({ p99 }) => p99 },
      { label: 'ack p99', colour: '#9333ea', pick: ({ ackP99 }) => ackP99 },
    ],
  },
  {
    title: 'Open connections',
    lines: [{ label: 'open', colour: '#0891b2', pick: ({ open }) => open }],
  },
  {
    title: 'Processor (cores)',
    lines: [
      { label: 'server', colour: '#ea580c', pick: ({ serverCpu }) => serverCpu },
      { label: 'load tester', colour: '#64748b', pick: ({ generatorCpu }) => generatorCpu },
    ],
  },
]

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:980px;padding:0 1rem;color:#1e293b;background:#fff}
h1{margin:0}h2{margin:2rem 0 .5rem;font-size:1.1rem}.faint{color:#64748b}
table{border-collapse:collapse;width:100%}td,th{padding:.25rem .6rem;border-bottom:1px solid #e2e8f0;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.badge{border-radius:4px;padding:.1rem .5rem;color:#fff;font-weight:600;background:#16a34a}
.bad{background:#dc2626}.doubtful{background:#d97706}
.figures{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0}.figures div{border:1px solid #e2e8f0;border-radius:6px;padding:.5rem 1rem}
.figures b{display:block;font-size:1.3rem}.charts{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
@media(max-width:900px){.charts{grid-template-columns:1fr}}pre{white-space:pre-wrap;margin:0}`

/** The report as one page that needs nothing else: styles, charts and figures are in it. */
export function formatHtml(result: BenchResult, comparison?: Comparison): string {
  const { scenario } = result
  const title = `chatws bench: ${escapeXml(scenario.name)}`
  const badge = result.exitCode === 0 ? 'passed' : `exit code ${result.exitCode}`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${readAsset('uPlot.min.css')}${STYLE}</style>
<h1>${title} <span class="badge${result.exitCode === 0 ? '' : ' bad'}">${badge}</span></h1>
<p class="faint">${escapeXml(scenario.description ?? '')}</p>
${figures(result)}
<h2>Thresholds, audit, measurement</h2>
${checksTable(result)}
<h2>Over time</h2>
<div class="charts" id="charts"></div>
<h2>Latencies (ms)</h2>
${latencyTable(result)}
<p class="faint">${timedNote(result)}</p>
${comparison ? comparisonTable(comparison) : ''}
<p class="faint">${escapeXml(footer(result))}</p>
<script type="application/json" id="data">${scriptJson(chartData(result.series))}</script>
<script>${readAsset('uPlot.iife.min.js')}</script>
<script>${DRAW}</script>
</html>
`
}

/** Runs in the page. */
const DRAW = `
const { seconds, charts } = JSON.parse(document.getElementById('data').textContent)
const host = document.getElementById('charts')
for (const { title, lines } of charts)
  new uPlot({
    title, width: Math.max(320, Math.min(470, host.clientWidth / 2 - 10)), height: 230,
    scales: { x: { time: false } },
    axes: [{ label: 'seconds' }, { size: 70 }],
    series: [{ label: 's' }, ...lines.map(({ label, colour }) => ({ label, stroke: colour, width: 2, spanGaps: false }))],
  }, [seconds, ...lines.map(({ values }) => values)], host)`

function chartData(series: readonly Second[]): object {
  return {
    seconds: series.map(({ second }) => second),
    charts: CHARTS.map(({ title, lines }) => ({
      title,
      lines: lines.map(({ label, colour, pick }) => ({
        label,
        colour,
        values: series.map((second) => pick(second) ?? null),
      })),
    })),
  }
}

function figures(result: BenchResult): string {
  const { audit, values } = result
  const all: [string, string][] = [
    [formatCount(result.users), 'users'],
    [formatCount(result.connections), 'connections'],
    [formatCount(audit.acknowledged), 'messages stored'],
    [formatCount(audit.delivered), 'deliveries'],
    [formatCount(values.deliveries_per_second ?? 0), 'deliveries a second'],
    [`${result.elapsedSeconds.toFixed(1)} s`, 'run'],
  ]
  const boxes = all.map(([figure, what]) => `<div><b>${figure}</b>${what}</div>`)
  return `<div class="figures">${boxes.join('')}</div>`
}

function checksTable(result: BenchResult): string {
  const measured = new Map(
    result.thresholds.map(({ metric, condition, actual }) => [`${metric} ${condition}`, actual]),
  )
  const rows = listChecks(result).map(({ name, failure }) => {
    const detail = failure ?? (measured.has(name) ? String(measured.get(name)) : '')
    const badge = failure === undefined ? 'badge' : 'badge bad'
    return `<tr><td><span class="${badge}">${failure === undefined ? '✓' : '✗'}</span><td>${escapeXml(name)}<td><pre>${escapeXml(detail)}</pre>`
  })
  const { verdict, reasons } = result.verdict
  const kind = { VALID: 'badge', SUSPECT: 'badge doubtful', INVALID: 'badge bad' }[verdict]
  const verdictRow = `<tr><td><span class="${kind}">${verdict}</span><td>verdict on the measurement<td><pre>${escapeXml(reasons.join('\n'))}</pre>`
  return `<table>${rows.join('')}${verdictRow}</table>`
}

function latencyTable({ latencies }: BenchResult): string {
  const head = COLUMNS.map((column) => `<th class="n">${column}`).join('')
  const rows = Object.entries(LATENCIES).flatMap(([name, what]) => {
    const summary = latencies[name]
    if (!summary) return []
    const cells = COLUMNS.map((column) => `<td class="n">${summary[column].toFixed(2)}`)
    return [
      `<tr><td>${name}${cells.join('')}<td class="n">${formatCount(summary.count)}<td class="faint">${what}`,
    ]
  })
  return `<table><tr><th>${head}<th class="n">count<th>${rows.join('')}</table>`
}

function comparisonTable({ rows, warnings }: Comparison): string {
  const lines = rows.map(
    ({ metric, before, after, changePercent, isRegression }) =>
      `<tr><td><span class="badge${isRegression ? ' bad' : ''}">${isRegression ? '✗' : '✓'}</span><td>${escapeXml(metric)}<td class="n">${before}<td class="n">${after}<td class="n">${changePercent.toFixed(1)} %`,
  )
  const notes = warnings.map((warning) => `<p class="faint">${escapeXml(warning)}</p>`)
  return `<h2>Compared with the baseline</h2>${notes.join('')}<table><tr><th><th><th class="n">baseline<th class="n">now<th class="n">change${lines.join('')}</table>`
}

function footer({ host, startedAt, workers, shards, scenario }: BenchResult): string {
  return (
    `${startedAt}; ${host.cores} cores of ${host.cpu}, ${host.platform}, Node ${host.node}; ` +
    `${workers} worker(s), shard ${shards.join(', ')}, seed ${scenario.seed}, scenario ${scenario.hash}`
  )
}

/** JSON that cannot end the script element it stands in. */
function scriptJson(value: object): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

/** A file of the chart library, as it was published. */
function readAsset(name: string): string {
  const require = createRequire(import.meta.url)
  return readFileSync(require.resolve(`uplot/dist/${name}`), 'utf8')
}
