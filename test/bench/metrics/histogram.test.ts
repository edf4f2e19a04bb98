import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Histogram } from '../../../src/bench/metrics/histogram.ts'

const values = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1 })

function histogramOf(all: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of all) histogram.record(value)
  return histogram
}

it('tells every percentile within 0.8 %, and the greatest value exactly', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (all, percent) => {
      const sorted = [...all].sort((a, b) => a - b)
      const exact = sorted[Math.ceil((percent / 100) * all.length) - 1]!
      const told = histogramOf(all).percentile(percent)
      expect(told).toBeGreaterThanOrEqual(exact)
      expect(told).toBeLessThanOrEqual(exact * (1 + 1 / 128) + 1)
      expect(histogramOf(all).max).toBe(sorted.at(-1))
    }),
  )
})

it('adds up to the histogram of all values together, also by way of a record', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const sum = histogramOf(a)
      sum.add(Histogram.from(histogramOf(b).toRecord()))
      expect(sum.toRecord()).toEqual(histogramOf([...a, ...b]).toRecord())
    }),
  )
})

it('takes what is beyond its range for its bounds', () => {
  const { max, count } = histogramOf([-5, 2 ** 40])
  expect([max, count]).toEqual([2 ** 32 - 1, 2])
})
