import { expect, it } from 'vitest'
import { formatHtml } from '../../../src/bench/report/html-report.ts'
import { cleanResult, comparedResult, failedResult, second } from './sample-result.ts'

function drawn(html: string) {
  const [, json] = /id="data">(.*?)<\/script>/.exec(html)!
  return JSON.parse(json!)
}

it('is one page that loads nothing, whatever texts are in it', () => {
  const html = formatHtml({ ...failedResult(), comparison: comparedResult().comparison })
  expect(html).not.toMatch(/\s(src|href)=/)
  expect(html).toContain('closed with 1011 &lt;oops&gt;')
  expect(html).toContain('failed: the audit failed')
  expect(html).toContain('other &lt;host&gt;')
  expect(html).toContain('ack_ms p99<td class="n">2<td class="n">3<td class="n">+50.0 %')
})

it('tells on how many connections arrivals were timed, where that was not on all', () => {
  expect(formatHtml(cleanResult())).not.toContain('timed on')
  expect(formatHtml(cleanResult({ timedConnections: 2 }))).toContain('timed on 2 of 8')
})

it('draws what is known of each second, and where phases begin', () => {
  const series = [second(0, { phase: 'ramp' }), second(1), second(2, { serverCpu: 0.5, lost: 3 })]
  const { seconds, phases, charts } = drawn(formatHtml(cleanResult({ series })))
  expect(seconds).toEqual([0, 1, 2])
  expect(phases).toEqual([
    { second: 0, name: 'ramp' },
    { second: 1, name: 'steady' },
  ])
  expect(charts[0].lines[0].values).toEqual([16, 16, 16])
  const lines = charts.flatMap(
    ({ title, lines }: { title: string; lines: { label: string; values: unknown }[] }) =>
      lines.map(({ label, values }) => [`${title}: ${label}`, values]),
  )
  const values = Object.fromEntries(lines)
  expect(values['Processor (cores): server']).toEqual([null, null, 0.5])
  expect(values['Open connections: lost']).toEqual([0, 0, 3])
  expect(Object.keys(values)).not.toContain('Messages a second: unsent')
  expect(Object.keys(values)).not.toContain('Memory (MB): server')
})
