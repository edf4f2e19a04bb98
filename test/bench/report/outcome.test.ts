import { expect, it } from 'vitest'
import { describeOutcome } from '../../../src/bench/report/outcome.ts'
import { cleanResult, comparedResult } from './sample-result.ts'

const unmet = { metric: 'ack_ms', condition: 'p99<1', actual: 2, isMet: false }

it('says that a run passed, or everything that it failed by', () => {
  expect(describeOutcome(cleanResult())).toBe('passed')
  expect(describeOutcome(comparedResult())).toBe(
    'failed: 1 figure worse than the baseline (exit code 99)',
  )
  const { thresholds } = cleanResult()
  const failed = cleanResult({
    exitCode: 130,
    isInterrupted: true,
    verdict: { verdict: 'INVALID', reasons: ['late'] },
    problems: ['1 delivery missing'],
    thresholds: [...thresholds, unmet],
  })
  expect(describeOutcome(failed)).toBe(
    'failed: it was interrupted, the measurement is invalid, the audit failed, ' +
      '1 of 2 thresholds failed (exit code 130)',
  )
})
