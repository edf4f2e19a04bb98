import { expect, it } from 'vitest'
import { checkThresholds } from '../../src/bench/threshold.ts'

const summary = { count: 9, p50: 1, p95: 2, p99: 3, 'p99.9': 4, max: 5, mean: 1.5 }
const measurements = {
  connect_ms: undefined,
  ack_ms: summary,
  delivery_ms: summary,
  deliveries_per_second: { value: 1000 },
}

it.each([
  ['p99<3', false],
  ['p99<=3', true],
  ['p99.9 > 3.5', true],
  ['max>=5', true],
  ['mean<1', false],
])('holds %s against what was measured: %s', (condition, isMet) => {
  const [result] = checkThresholds({ ack_ms: [condition] }, measurements)
  expect(result?.isMet).toBe(isMet)
})

it('fails a condition on what was not measured', () => {
  expect(checkThresholds({ connect_ms: ['p50<9999'] }, measurements)).toEqual([
    { metric: 'connect_ms', condition: 'p50<9999', actual: undefined, isMet: false },
  ])
})

it('checks every condition of every metric', () => {
  const results = checkThresholds(
    { delivery_ms: ['p50<2', 'max<2'], deliveries_per_second: ['value>999'] },
    measurements,
  )
  expect(results.map(({ isMet }) => isMet)).toEqual([true, false, true])
})
