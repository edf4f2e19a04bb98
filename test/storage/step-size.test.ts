import { describe, expect, it } from 'vitest'
import { ChatwsError } from '../../src/protocol/error.ts'
import { StepSize } from '../../src/storage/step-size.ts'

/** Steps of which each row takes so long, in milliseconds. */
function stepsOf(msPerRow: number, options = {}) {
  let now = 0
  const steps = new StepSize({ ...options, now: () => now, usedMs: () => now })
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

  it('stays at a few rows where a step takes as long whatever its rows', async () => {
    let now = 0
    const steps = new StepSize({ first: 64, now: () => now, usedMs: () => now / 10 })
    const taken: number[] = []
    for (let i = 0; i < 6; i += 1)
      await steps.take(async (rows) => {
        taken.push(rows)
        now += 90
      })
    expect(taken).toEqual([64, 32, 16, 8, 8, 8])
  })

  it('comes back from a single row', async () => {
    let now = 0
    const steps = new StepSize({ first: 2, now: () => now, usedMs: () => now })
    const takes = [100, 100, 15, 15, 15, 15]
    const taken: number[] = []
    for (const ms of takes)
      await steps.take(async (rows) => {
        taken.push(rows)
        now += ms
      })
    expect(taken).toEqual([2, 1, 1, 2, 4, 8])
  })

  it('holds so many as have little to go through, and one at least', () => {
    const steps = new StepSize({ first: 4 })
    const fitting = (...kilobytes: number[]) => steps.fit(kilobytes, (size) => size * 1024)
    expect(fitting(0, 1, 2, 3, 4, 5)).toBe(4)
    expect(fitting(30, 34, 1)).toBe(2)
    expect(fitting(30, 35, 1)).toBe(1)
    expect(fitting(64, 64)).toBe(1)
    expect(fitting(100, 0)).toBe(1)
    expect(fitting(1)).toBe(1)
    expect(fitting()).toBe(0)
  })

  it('is tried again while the database does not answer, where there is patience', async () => {
    const failing = (code: 'STORAGE_UNAVAILABLE' | 'COMMIT_UNKNOWN' | 'STORAGE_REJECTED') => {
      let tries = 0
      const step = async () => {
        tries += 1
        if (tries < 3) throw new ChatwsError(code, 'not now')
        return tries
      }
      return step
    }
    const patient = new StepSize({ patienceMs: 60_000 })
    expect(await patient.take(failing('STORAGE_UNAVAILABLE'))).toBe(3)
    expect(await patient.take(failing('COMMIT_UNKNOWN'))).toBe(3)
    await expect(patient.take(failing('STORAGE_REJECTED'))).rejects.toThrow('not now')
    await expect(new StepSize().take(failing('STORAGE_UNAVAILABLE'))).rejects.toThrow('not now')
  })

  it('learns nothing from a step that fails', async () => {
    const { steps } = stepsOf(0)
    await expect(steps.take(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(steps.rows).toBe(8)
  })
})
