import { LATENCY_COLUMNS } from '../metrics/latency-summary.ts'
import { LATENCIES } from '../metrics/registry.ts'
import type { BenchResult, Comparison } from '../result/bench-result.ts'
import { chartLibrary } from './chart-library.ts'
import { formatChange } from './comparison-text.ts'
import { escapeXml } from './escape-xml.ts'
import { listFigures } from './figures.ts'
import { formatCount, formatMeasured } from './format-number.ts'
import { chartData, DRAW_CHARTS } from './html-charts.ts'
import { describeOutcome } from './outcome.ts'
import { timedNote } from './timed-note.ts'

const STYLE = `
:root{color-scheme:light dark;--ink:#1e293b;--faint:#64748b;--line:#e2e8f0;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e2e8f0;--faint:#94a3b8;--line:#334155;--paper:#0f172a}}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1000px;padding:0 1rem;color:var(--ink);background:var(--paper)}
h1{margin:0;font-size:1.7rem}h2{margin:2rem 0 .5rem;font-size:1.1rem}.faint{color:var(--faint)}
table{border-collapse:collapse}td,th{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}
.badge{border-radius:4px;padding:.1rem .5rem;color:#fff;font-weight:600;background:#15803d;font-size:.9em}
.bad{background:#dc2626}.doubtful{background:#b45309}
.tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}.tiles div{border:1px solid var(--line);border-radius:6px;padding:.5rem 1rem}
.tiles b{display:block;font-size:1.3rem}.charts{display:flex;flex-wrap:wrap;gap:1rem}
.u-title{font-size:15px}.u-legend{font-size:13px;min-height:2.2em}.u-inline.u-live th::after{content:''}.u-legend .u-series:first-child th{display:none}
.wide td:last-child{min-width:16rem}td.n{white-space:nowrap}
.reasons{margin:0;padding-left:1.1rem}.charts table,.charts th,.charts td{border:0}`

/** The report as one page that needs nothing else: styles, charts and figures are in it. */
export function formatHtml(result: BenchResult): string {
  const { scenario, comparison } = result
  const library = chartLibrary()
  const title = `chatws bench: ${escapeXml(scenario.name)}`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${library.style}${STYLE}</style>
<h1>${title}</h1>
<p>${badge(result.exitCode === 0 ? 'good' : 'bad', describeOutcome(result))}
<p class="faint">${escapeXml(scenario.description ?? '')}</p>
<h2>Thresholds, audit, measurement</h2>
${checksTable(result)}
${tiles(result)}
<h2>Latencies (ms)</h2>
${latencyTable(result)}
<p class="faint">${timedNote(result)}</p>
<h2>Over time</h2>
<div class="charts" id="charts"></div>
<h2>Counted and used</h2>
${figuresTable(result)}
${comparison ? comparisonTable(comparison) : ''}
<p class="faint">${escapeXml(footer(result))}</p>
<script type="application/json" id="data">${scriptJson(chartData(result.series))}</script>
<script>${library.script}</script>
<script>${DRAW_CHARTS}</script>
</html>
`
}

function badge(kind: 'good' | 'doubtful' | 'bad', text: string): string {
  return `<span class="badge${kind === 'good' ? '' : ` ${kind}`}">${escapeXml(text)}</span>`
}

function mark(isGood: boolean): string {
  return isGood ? badge('good', '✓') : badge('bad', '✗')
}

function tiles(result: BenchResult): string {
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
  return `<div class="tiles">${boxes.join('')}</div>`
}

function checksTable({ thresholds, problems, verdict }: BenchResult): string {
  const kind = { VALID: 'good', SUSPECT: 'doubtful', INVALID: 'bad' } as const
  const rows = [
    ...thresholds.map(
      ({ metric, condition, actual, isMet, isDeferred }) =>
        `<tr><td>${isDeferred ? 'when merged' : mark(isMet)}<td>${escapeXml(`${metric} ${condition}`)}<td class="n">${formatMeasured(metric, actual)}`,
    ),
    `<tr><td>${mark(problems.length === 0)}<td>audit<td>${problems.length === 0 ? 'clean' : list(problems)}`,
    `<tr><td>${badge(kind[verdict.verdict], verdict.verdict)}<td>measurement<td>${list(verdict.reasons)}`,
  ]
  return `<table>${rows.join('')}</table>`
}

function list(texts: readonly string[]): string {
  if (texts.length === 0) return ''
  return `<ul class="reasons">${texts.map((text) => `<li>${escapeXml(text)}`).join('')}</ul>`
}

function latencyTable({ latencies }: BenchResult): string {
  const head = LATENCY_COLUMNS.map((column) => `<th class="n">${column}`).join('')
  const rows = Object.entries(LATENCIES).flatMap(([name, { what }]) => {
    const summary = latencies[name]
    if (!summary) return []
    const cells = LATENCY_COLUMNS.map((column) => `<td class="n">${summary[column].toFixed(2)}`)
    return [
      `<tr><td>${name}${cells.join('')}<td class="n">${formatCount(summary.count)}<td class="faint">${what}`,
    ]
  })
  return `<div class="wide"><table><tr><th>${head}<th class="n">count<th>${rows.join('')}</table></div>`
}

function figuresTable(result: BenchResult): string {
  const rows = listFigures(result).map(
    ([name, text]) => `<tr><td>${escapeXml(name)}<td>${escapeXml(text)}`,
  )
  return `<table>${rows.join('')}</table>`
}

function comparisonTable(comparison: Comparison): string {
  const { rows, warnings, baseline, maxRegressionPercent } = comparison
  const lines = rows.map(
    ({ metric, before, after, changePercent, isJudged, isRegression }) =>
      `<tr><td>${isJudged ? mark(!isRegression) : ''}<td>${escapeXml(metric)}<td class="n">${before}<td class="n">${after}<td class="n">${formatChange(changePercent)}`,
  )
  return `<h2>Compared with the baseline</h2>
<p class="faint">Of ${escapeXml(baseline)}; up to ${maxRegressionPercent} % worse is accepted.</p>
${list(warnings)}
<table><tr><th><th><th class="n">baseline<th class="n">now<th class="n">change${lines.join('')}</table>`
}

function footer({ host, startedAt, shards, scenario }: BenchResult): string {
  return (
    `${startedAt}; ${host.cores} cores of ${host.cpu}, ${host.platform}; shard ` +
    `${shards.join(', ')}; scenario ${scenario.hash}`
  )
}

/** JSON that cannot end the script element it stands in. */
function scriptJson(value: object): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}
