import { expect, it } from 'vitest'
import { resultEvent, startEvent } from '../../../src/bench/report/event-lines.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { cleanResult, comparedResult } from './sample-result.ts'

it('begins with what is about to be played', () => {
  const scenario = Scenario.parse({
    name: 'n',
    users: { count: 1 },
    phases: [{ name: 'steady', durationSeconds: 2, users: 1 }],
  })
  expect(startEvent(scenario)).toEqual({
    event: 'start',
    version: 1,
    scenario: 'n',
    seed: 1,
    phases: [{ name: 'steady', durationSeconds: 2 }],
  })
})

it('ends with what it came to, without histograms and what was told second by second', () => {
  const { thresholds, values } = cleanResult()
  expect(resultEvent(cleanResult())).toMatchObject({
    event: 'result',
    exitCode: 0,
    problems: [],
    thresholds,
    values,
    verdict: { verdict: 'VALID' },
    latencies: { ack_ms: { count: 3, p50: 2.007, max: 3 } },
  })
  expect(JSON.stringify(resultEvent(cleanResult()))).not.toMatch(/histogram|series|comparison/)
  expect(resultEvent(comparedResult())).toMatchObject({ comparison: { maxRegressionPercent: 10 } })
})
