import { expect, it } from 'vitest'
import { formatMarkdown } from '../../../src/bench/report/markdown-report.ts'
import { cleanResult, comparedResult, failedResult } from './sample-result.ts'

it('shows what passed, thresholds first, with the code in it as it is', () => {
  const text = formatMarkdown(cleanResult())
  expect(text).toContain('## ✅ chatws bench: five passed')
  expect(text).toContain('Five &lt;users>')
  expect(text).toContain('| ✅ | `ack_ms p99<10` | 3.00 |')
  expect(text).toContain('| ✅ | measurement | VALID |')
  expect(text.indexOf('📊 WS Stats: **5** users, **8** connections')).toBeGreaterThan(
    text.indexOf('`ack_ms p99<10`'),
  )
  expect(text).toMatch(/```text\n2 s +steady\n/)
})

it('shows what failed, in cells that hold', () => {
  const text = formatMarkdown(failedResult())
  expect(text).toContain('## ❌ chatws bench: five failed: the audit failed')
  expect(text).toContain('1011 &lt;oops> & "more" \\| less |')
  expect(text).toContain('| ⚠️ | measurement | SUSPECT<br>all 2 cores were in use |')
})

it('tells on how many connections arrivals were timed, where that was not on all', () => {
  expect(formatMarkdown(cleanResult())).not.toContain('timed on')
  expect(formatMarkdown(cleanResult({ timedConnections: 2 }))).toContain('timed on 2 of 8')
})

it('has a row for each figure beside a baseline, marked where it is judged', () => {
  const text = formatMarkdown(comparedResult())
  expect(text).toContain('> ⚠️ other &lt;host>')
  expect(text).toContain('| ❌ | `ack_ms p99` | 2 | 3 | +50.0 % |')
  expect(text).toContain('|  | `server_rss_mb` | 2 | 3 | +50.0 % |')
})
