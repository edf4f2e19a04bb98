import { expect, it } from 'vitest'
import { checkThresholds, findAbort } from '../../../src/bench/result/threshold-check.ts'
import { listThresholds, Thresholds } from '../../../src/bench/scenario/threshold.ts'

const measured: Record<string, Record<string, number>> = {
  ack_ms: { p50: 1, p95: 2, p99: 3, 'p99.9': 4, max: 5, mean: 1.5 },
  delivery_ms: { p50: 1, max: 5 },
  deliveries_per_second: { value: 1000 },
}
const lookup = (metric: string, aggregate: string) => measured[metric]?.[aggregate]
const check = (thresholds: object) =>
  checkThresholds(listThresholds(Thresholds.parse(thresholds)), lookup)

it.each([
  ['p99<3', false],
  ['p99<=3', true],
  ['p99.9 > 3.5', true],
  ['max>=5', true],
  ['mean<1', false],
])('holds %s against what was measured: %s', (condition, isMet) => {
  expect(check({ ack_ms: [condition] })[0]?.isMet).toBe(isMet)
})

it('fails a condition on what was not measured', () => {
  expect(check({ connect_ms: ['p50<9999'] })).toEqual([
    { metric: 'connect_ms', condition: 'p50<9999', isMet: false },
  ])
})

it('checks every condition of every metric', () => {
  const results = check({
    delivery_ms: ['p50<2', { condition: 'max<2' }],
    deliveries_per_second: ['value>999'],
  })
  expect(results.map(({ isMet }) => isMet)).toEqual([true, false, true])
})

it('ends a run by the first condition that wants it and fails, not before its time', () => {
  const thresholds = listThresholds(
    Thresholds.parse({
      ack_ms: ['p99<1', { condition: 'p99<2', abortOnFail: true, afterSeconds: 5 }],
    }),
  )
  expect(findAbort(thresholds, lookup, { elapsedSeconds: 4 })).toBeUndefined()
  expect(findAbort(thresholds, lookup, { elapsedSeconds: 5 })).toMatchObject({
    condition: 'p99<2',
    isMet: false,
  })
  expect(findAbort(thresholds, () => undefined, { elapsedSeconds: 5 })).toBeUndefined()
})

it('defers what only all shards together can reach, and judges the rest of each', () => {
  const thresholds = listThresholds(
    Thresholds.parse({
      ack_ms: ['p99<1'],
      amplification: ['value>1000'],
      deliveries_per_second: [{ condition: 'value>1000000', afterSeconds: 0 }, 'value<5'],
    }),
  )
  const results = checkThresholds(thresholds, lookup, true)
  expect(results.map(({ isMet, isDeferred = false }) => [isMet, isDeferred])).toEqual([
    [false, false],
    [true, true],
    [false, false],
    [false, false],
  ])
  expect(findAbort(thresholds, lookup, { elapsedSeconds: 9, isPart: true })).toBeUndefined()
})
