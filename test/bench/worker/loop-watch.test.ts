import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { LoopWatch } from '../../../src/bench/worker/loop-watch.ts'

function create() {
  const clock = { us: 1e6 }
  return { clock, watch: new LoopWatch(() => clock.us) }
}

it('tells the longest turn since the last time, with all work in it', async () => {
  const { clock, watch } = create()
  watch.onWork()
  clock.us += 30_000
  watch.onWork()
  clock.us += 20_000
  await nextTurn()
  watch.onWork(clock.us - 10_000)
  await nextTurn()
  const { lagMs, utilization } = watch.take()
  expect(lagMs).toBe(50)
  expect(utilization).toBeGreaterThan(0)
  expect(utilization).toBeLessThanOrEqual(1)
  expect(watch.take().lagMs).toBe(0)
})

it('counts no time in which there is nothing to do', async () => {
  const { clock, watch } = create()
  watch.onWork()
  clock.us += 1_000
  await nextTurn()
  clock.us += 500_000
  watch.onWork()
  clock.us += 2_000
  await nextTurn()
  expect(watch.take().lagMs).toBe(2)
})
