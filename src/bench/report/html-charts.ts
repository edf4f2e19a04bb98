import { CHARTS, REPORTED_COLUMNS } from '../metrics/series.ts'
import type { Second } from '../result/bench-result.ts'

/** What the page draws, as `DRAW_CHARTS` reads it; lines of which nothing is known are left out. */
export function chartData(series: readonly Second[]): object {
  const phases = series.flatMap(({ second, phase }, index) =>
    series[index - 1]?.phase === phase ? [] : [{ second, name: phase }],
  )
  return {
    seconds: series.map(({ second }) => second),
    phases,
    charts: CHARTS.map((title) => ({ title, lines: linesOf(title, series) })),
  }
}

function linesOf(chart: string, series: readonly Second[]): object[] {
  return REPORTED_COLUMNS.flatMap(([name, { line }]) => {
    const values = series.map((second) => second[name])
    const isShown = values.some((value) => (line?.isTrouble ? value : value !== undefined))
    if (line?.chart !== chart || !isShown) return []
    const { label, colour } = line
    return [{ label, colour, values: values.map((value) => value ?? null) }]
  })
}

/** Runs in the page, with uPlot there. */
export const DRAW_CHARTS = `
const { seconds, phases, charts } = JSON.parse(document.getElementById('data').textContent)
const host = document.getElementById('charts')
const ink = getComputedStyle(document.body).color
const faint = getComputedStyle(document.querySelector('.faint')).color
const grid = { stroke: 'rgba(128,128,128,.2)', width: 1 }
const size = () => ({
  width: Math.max(280, Math.floor((host.clientWidth - 16) / (host.clientWidth > 700 ? 2 : 1)) - 8),
  height: 220,
})
const drawPhases = (plot) => {
  const { ctx, bbox } = plot
  const scale = devicePixelRatio
  ctx.save()
  ctx.font = 11 * scale + 'px system-ui, sans-serif'
  ctx.fillStyle = ctx.strokeStyle = faint
  ctx.setLineDash([3 * scale, 3 * scale])
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  phases.forEach(({ second, name }, index) => {
    const x = Math.round(plot.valToPos(second, 'x', true))
    const next = phases[index + 1]
    const room = (next ? plot.valToPos(next.second, 'x', true) : bbox.left + bbox.width) - x
    if (index > 0) {
      ctx.beginPath()
      ctx.moveTo(x, bbox.top)
      ctx.lineTo(x, bbox.top + bbox.height)
      ctx.stroke()
    }
    if (ctx.measureText(name).width + 8 * scale < room)
      ctx.fillText(name, x + 4 * scale, bbox.top + 10 * scale)
  })
  ctx.restore()
}
const plots = charts.map(({ title, lines }) => new uPlot({
  title, ...size(),
  cursor: { sync: { key: 'run' } },
  scales: {
    x: { time: false },
    y: { range: (_, __, most) => [0, most > 0 ? most * 1.15 : 1] },
  },
  axes: [{ stroke: ink, grid, values: (_, ticks) => ticks.map((tick) => tick + ' s') }, { size: 64, stroke: ink, grid }],
  hooks: { drawAxes: [drawPhases] },
  series: [
    { label: 'second', value: (_, value) => (value === null ? '' : value + ' s') },
    ...lines.map(({ label, colour }) => ({
      label, stroke: colour, width: 2, spanGaps: false, points: { show: seconds.length < 2 },
      value: (_, value) => (value === null ? '' : value.toLocaleString('en-US', { maximumFractionDigits: 2 })),
    })),
  ],
}, [seconds, ...lines.map(({ values }) => values)], host))
addEventListener('resize', () => plots.forEach((plot) => plot.setSize(size())))`
