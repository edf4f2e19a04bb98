import { expect, it } from 'vitest'
import { TeardownBudget } from '../../../src/bench/run/teardown-budget.ts'

it('leaves each step its share of the time, and the last one what is left', () => {
  const time = new TeardownBudget(100, new AbortController().signal)
  for (const [step, seconds] of [
    ['drain', 60],
    ['rosters', 75],
    ['left', 92],
    ['database', 100],
  ] as const) {
    expect(time.leftMs(step)).toBeLessThanOrEqual(seconds * 1000)
    expect(time.leftMs(step)).toBeGreaterThan((seconds - 10) * 1000)
  }
  expect(time.isCut).toBe(false)
})

it('leaves nothing when the time is up', () => {
  expect(new TeardownBudget(0, new AbortController().signal).leftMs('database')).toBe(0)
})

it('leaves a moment from when it is interrupted, before or during the closing', () => {
  const early = new TeardownBudget(100, AbortSignal.abort())
  const abort = new AbortController()
  const late = new TeardownBudget(100, abort.signal)
  abort.abort()
  for (const time of [early, late]) {
    expect(time.isCut).toBe(true)
    expect(time.leftMs('database')).toBeLessThanOrEqual(1000)
  }
})
