import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TokenBuckets } from '../../../src/server/limits/token-buckets.ts'

test('a bucket holds its burst, and no more', () => {
  const buckets = new TokenBuckets<string>(10, 3)
  expect([0, 0, 0, 0].map(() => buckets.take('a', 5))).toEqual([0, 0, 0, 100])
})

test('a token comes back after its interval', () => {
  const buckets = new TokenBuckets<string>(10, 1)
  expect(buckets.take('a', 0)).toBe(0)
  expect(buckets.take('a', 99)).toBeCloseTo(1)
  expect(buckets.take('a', 100)).toBe(0)
})

test('each key has a bucket of its own', () => {
  const buckets = new TokenBuckets<string>(1, 1)
  expect(['a', 'b', 'a', 'b'].map((key) => buckets.take(key, 0))).toEqual([0, 0, 1000, 1000])
})

test('buckets that are full again are cleared away', () => {
  const buckets = new TokenBuckets<number>(1_000, 1)
  for (let key = 0; key < 100_000; key++) buckets.take(key, key)
  expect(buckets.size).toBeLessThanOrEqual(1_025)
})

test('never are more tokens taken than the rate and the burst allow', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 20 }),
      gaps,
      (rate, burst, pauses) => {
        const buckets = new TokenBuckets<string>(rate, burst)
        let nowMs = 0
        let tokens = burst
        for (const pause of pauses) {
          nowMs += pause
          tokens = Math.min(burst, tokens + (pause * rate) / 1000)
          const isTaken = buckets.take('a', nowMs) === 0
          // The model is a plain bucket; at the edge the two may round differently.
          if (Math.abs(tokens - 1) > 1e-6) expect(isTaken).toBe(tokens > 1)
          if (isTaken) tokens -= 1
        }
      },
    ),
  )
})
