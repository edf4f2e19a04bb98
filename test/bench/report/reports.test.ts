import { describe, expect, it } from 'vitest'
import { formatHtml } from '../../../src/bench/report/html-report.ts'
import { formatJunit } from '../../../src/bench/report/junit-report.ts'
import { formatMarkdown } from '../../../src/bench/report/markdown-report.ts'
import { COLOURED, formatReport } from '../../../src/bench/report/text-report.ts'
import { cleanResult } from './sample-result.ts'

const clean = cleanResult()
const failed = cleanResult({
  exitCode: 98,
  thresholds: [{ metric: 'ack_ms', condition: 'p99<2', actual: 3, isMet: false }],
  problems: ['1 connection lost: closed with 1011 <oops> & "more"'],
  verdict: { verdict: 'SUSPECT', reasons: ['all 2 cores were in use'] },
})

describe('formatReport', () => {
  it('tells thresholds first, then the stats line, then what was measured', () => {
    const lines = formatReport(clean).split('\n')
    const at = (text: string) => lines.findIndex((line) => line.includes(text))
    expect(at('✓ ack_ms p99<10  (3)')).toBeGreaterThan(at('five'))
    expect(lines).toContain('📊 WS Stats: 5 users, 8 connections')
    expect(at('📊')).toBeGreaterThan(at('✓ audit clean'))
    expect(at('send → ack')).toBeGreaterThan(at('📊'))
    expect(lines[at('send → delivery')]).toMatch(/–\s+–/)
    expect(formatReport(clean)).not.toContain('\x1b')
  })

  it('tells on how many connections arrivals were timed, where that was not on all', () => {
    expect(formatReport(clean)).not.toContain('timed on')
    const sampled = cleanResult({ timedConnections: 2 })
    const note = 'arrivals timed on 2 of 8 connections, audited on all'
    for (const format of [formatReport, formatMarkdown, formatHtml])
      expect(format(sampled)).toContain(note)
  })

  it('tells what failed, and colours it on a terminal', () => {
    const text = formatReport(failed, COLOURED)
    expect(text).toContain('\x1b[31m✗ audit failed\x1b[39m')
    expect(text).toContain('\x1b[33m! measurement SUSPECT\x1b[39m')
    expect(text).toContain('all 2 cores were in use')
  })
})

describe('formatJunit', () => {
  it('has a test case for each threshold, for the audit and for the measurement', () => {
    expect(formatJunit(clean)).toContain('tests="3" failures="0" time="3.250"')
    const xml = formatJunit(failed)
    expect(xml).toContain('tests="3" failures="2"')
    expect(xml).toContain('<failure message="it was 3">it was 3</failure>')
    expect(xml).toContain('closed with 1011 &lt;oops&gt; &amp; &quot;more&quot;')
    expect(xml).not.toContain('<oops>')
  })
})

describe('formatMarkdown', () => {
  it('shows what passed and failed, in cells that hold', () => {
    expect(formatMarkdown(clean)).toContain('| ✅ | `ack_ms p99<10` | 3 |'.replace('<', '&lt;'))
    const text = formatMarkdown(failed)
    expect(text).toContain('## ❌ chatws bench: five')
    expect(text).toContain('1011 &lt;oops>')
    expect(text).toContain('> all 2 cores were in use')
  })
})

describe('formatHtml', () => {
  it('is one page that loads nothing, whatever texts are in it', () => {
    const html = formatHtml(failed, {
      rows: [{ metric: 'ack_ms p99', before: 2, after: 3, changePercent: 50, isRegression: true }],
      warnings: ['other <host>'],
    })
    expect(html).not.toMatch(/\s(src|href)=/)
    expect(html).toContain('closed with 1011 &lt;oops&gt;')
    expect(html).toContain('other &lt;host&gt;')
    expect(html).toContain('ack_ms p99<td class="n">2<td class="n">3<td class="n">50.0 %')
    const [, json] = /id="data">(.*?)<\/script>/.exec(html)!
    expect(JSON.parse(json!).charts[0].lines[0].values).toEqual([16, 16])
  })
})
