import { expect, it } from 'vitest'
import { formatJunit } from '../../../src/bench/report/junit-report.ts'
import { cleanResult, comparedResult, failedResult } from './sample-result.ts'

it('has a test case for each threshold, for the audit and for the measurement', () => {
  const xml = formatJunit(cleanResult())
  expect(xml).toContain('tests="3" failures="0" time="3.250"')
  expect(xml).toContain('<system-out>measured 3</system-out>')
})

it('tells why each failed, in texts that hold', () => {
  const xml = formatJunit(failedResult())
  expect(xml).toContain('tests="3" failures="2"')
  expect(xml).toContain('<failure message="measured 3">measured 3</failure>')
  expect(xml).toContain('closed with 1011 &lt;oops&gt; &amp; &quot;more&quot;')
  expect(xml).not.toContain('<oops>')
})

it('has a test case for each figure that is judged beside a baseline', () => {
  const xml = formatJunit(comparedResult())
  expect(xml).toContain('tests="5" failures="1"')
  expect(xml).toContain('<failure message="2 before, 3 now, +50.0 %">')
  expect(xml).not.toContain('server_rss_mb')
})
