import { Histogram } from 'prom-client'
import { expect, it } from 'vitest'
import { summariseDurations } from '../../../src/server/telemetry/duration-summary.ts'

async function summaryOf(...seconds: number[]) {
  const histogram = new Histogram({ name: 'a', help: 'a', buckets: [0.1, 0.2, 1], registers: [] })
  for (const one of seconds) histogram.observe(one)
  return summariseDurations((await histogram.get()).values)
}

it('nothing measured is all zeros', async () => {
  expect(await summaryOf()).toEqual({ count: 0, meanMs: 0, p50Ms: 0, p99Ms: 0 })
})

it('the mean is exact', async () => {
  expect((await summaryOf(0.05, 0.15)).meanMs).toBeCloseTo(100)
})

it('percentiles lie in the bucket that holds them', async () => {
  const { p50Ms, p99Ms } = await summaryOf(...Array<number>(98).fill(0.15), 0.5, 0.5)
  expect(p50Ms).toBeGreaterThan(100)
  expect(p50Ms).toBeLessThan(200)
  expect(p99Ms).toBeGreaterThan(200)
  expect(p99Ms).toBeLessThanOrEqual(1000)
})

it('what lies above the last bound is said to be as long as that', async () => {
  expect((await summaryOf(5)).p99Ms).toBe(1000)
})
