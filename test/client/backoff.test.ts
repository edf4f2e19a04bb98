import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Backoff } from '../../src/client/backoff.ts'

const BASE_MS = 500
const CAP_MS = 20_000

/** The first delays of a backoff whose random numbers are all the same. */
function delays(random: number, count: number): number[] {
  const backoff = new Backoff(() => random)
  return Array.from({ length: count }, () => backoff.next())
}

describe('Backoff', () => {
  it('doubles the range of each delay up to the cap', () => {
    expect(delays(0.5, 9)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
  })

  it('draws from the whole range, 0 included', () => {
    expect(delays(0, 3)).toEqual([0, 0, 0])
    for (const [attempt, delay] of delays(1 - Number.EPSILON, 20).entries()) {
      const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** attempt)
      expect(delay).toBeLessThan(ceiling)
      expect(delay).toBeCloseTo(ceiling, 5)
    }
  })

  it('never waits longer than its range, however often it has tried', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.array(random, { minLength: 1, maxLength: 2000 }), (randoms) => {
        const backoff = new Backoff(() => randoms[backoff.attempt - 1] ?? 0)
        for (const attempt of randoms.keys()) {
          const delay = backoff.next()
          expect(delay).toBeGreaterThanOrEqual(0)
          expect(delay).toBeLessThanOrEqual(Math.min(CAP_MS, BASE_MS * 2 ** attempt))
        }
      }),
      { numRuns: 20 },
    )
  })

  it('counts the attempts, and begins again after a success', () => {
    const backoff = new Backoff(() => 0.5)
    expect(backoff.attempt).toBe(0)
    backoff.next()
    backoff.next()
    expect(backoff.attempt).toBe(2)
    backoff.reset()
    expect(backoff.attempt).toBe(0)
    expect(backoff.next()).toBe(BASE_MS / 2)
  })

  it('adds its jitter to what the server asked to wait', () => {
    const backoff = new Backoff(() => 0.5)
    expect(backoff.next(1_000)).toBe(1_000 + BASE_MS / 2)
    expect(backoff.next()).toBe(BASE_MS)
  })

  it('has random numbers of its own where none are given', () => {
    const backoff = new Backoff()
    const drawn = new Set(Array.from({ length: 20 }, () => backoff.next()))
    expect(drawn.size).toBeGreaterThan(1)
  })
})
