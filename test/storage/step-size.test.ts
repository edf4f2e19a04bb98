import { describe, expect, it } from 'vitest'
import { StepSize } from '../../src/storage/step-size.ts'

/** Steps of which each row takes so long, in milliseconds. */
function stepsOf(msPerRow: number, options = {}) {
  let now = 0
  const steps = new StepSize({ ...options, now: () => now })
  const take = () =>
    steps.take(async (rows) => {
      now += rows * msPerRow
      return rows
    })
  return { steps, take }
}

describe('the size of a step', () => {
  it('grows while steps are short, up to a maximum', async () => {
    const { take } = stepsOf(0.001, { first: 8, max: 50 })
    const taken = []
    for (let i = 0; i < 5; i += 1) taken.push(await take())
    expect(taken).toEqual([8, 16, 32, 50, 50])
  })

  it('shrinks after a long step, to one row at least', async () => {
    const { take } = stepsOf(100, { first: 4 })
    const taken = []
    for (let i = 0; i < 4; i += 1) taken.push(await take())
    expect(taken).toEqual([4, 2, 1, 1])
  })

  it('settles where a step takes little enough', async () => {
    const { take, steps } = stepsOf(0.5, { first: 64 })
    for (let i = 0; i < 10; i += 1) await take()
    expect(steps.rows * 0.5).toBeLessThanOrEqual(6)
    expect(steps.rows).toBeGreaterThan(1)
  })

  it('learns nothing from a step that fails', async () => {
    const { steps } = stepsOf(0)
    await expect(steps.take(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(steps.rows).toBe(8)
  })
})
