import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Asker, StepQueue } from '../../src/storage/step-queue.ts'

/** The time as the steps of the test take it. */
let nowMs: number
let steps: StepQueue
/** Who had the steps, in order. */
let had: string[]
/** Whether those who ask go on. */
let isOn = { now: true }
beforeEach(() => {
  nowMs = 0
  had = []
  const own = { now: true }
  isOn = own
  steps = new StepQueue(() => nowMs)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  return () => {
    own.now = false
    vi.useRealTimers()
  }
})

/** Turns of the event loop, each a millisecond long in which no step is. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await turn()
    nowMs += 1
    vi.advanceTimersByTime(1)
  }
}

/** One who takes steps of some milliseconds, so many or without end. */
async function ask(name: string, { asker = name as Asker, tookMs = 10, count = 1e9 } = {}) {
  const on = isOn
  await steps.wait(asker)
  for (let i = 0; i < count && on.now; i++) {
    had.push(name)
    nowMs += tookMs
    await steps.wait()
  }
}

const countOf = (name: string) => had.filter((one) => one === name).length

it('has one step begin in a turn, in the order in which they came', async () => {
  const inTurn: number[] = []
  let count = 0
  for (let i = 0; i < 20; i++)
    void steps.wait(i).then(() => {
      had.push(`${i}`)
      count += 1
    })
  for (let i = 0; i < 22; i++) {
    await turn()
    inTurn.push(count)
    count = 0
  }
  expect(Math.max(...inTurn)).toBe(1)
  expect(had).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`))
})

describe('charges a step to who asks', () => {
  it('so that one that asks on and on has a quarter of the time', async () => {
    void ask('loop')
    await turns(100)
    // What it may have at once is over.
    const from = { nowMs, steps: had.length }
    await turns(4_000)
    const share = ((had.length - from.steps) * 10) / (nowMs - from.nowMs)
    expect(share).toBeGreaterThan(0.23)
    expect(share).toBeLessThan(0.26)
  })

  it('so that it does not matter over how many connections one asks', async () => {
    for (let i = 0; i < 50; i++) void ask('loop', { asker: 7 })
    void ask('other')
    await turns(4_000)
    expect(Math.abs(countOf('loop') - countOf('other'))).toBeLessThan(0.1 * had.length)
  })

  it('and lets one go first who has had less', async () => {
    for (const name of ['a', 'b', 'c']) void ask(name)
    await turns(2_000)
    had = []
    void ask('new', { count: 10 })
    await turns(14)
    expect(countOf('new')).toBe(10)
  })

  it('but not what the server does by itself, which others do not wait for either', async () => {
    const ownSteps = async () => {
      const on = isOn
      while (on.now) {
        await steps.wait(undefined)
        had.push('server')
        nowMs += 10
      }
    }
    void ownSteps()
    void ask('loop')
    await turns(2_000)
    expect((countOf('server') * 10) / nowMs).toBeGreaterThan(0.5)
    expect((countOf('loop') * 10) / nowMs).toBeGreaterThan(0.2)
  })
})

describe('while something is stored', () => {
  it('no step begins for three times as long as the last one took', async () => {
    void ask('server', { asker: undefined })
    await turns(1)
    const letGo = steps.hold()
    had = []
    const startMs = nowMs
    await turns(400)
    expect((had.length * 10) / (nowMs - startMs)).toBeLessThan(0.26)
    expect(had.length).toBeGreaterThan(8)
    letGo()
  })

  it('the next one follows at once when that is over', async () => {
    void ask('server', { asker: undefined })
    await turns(1)
    const letGo = [steps.hold(), steps.hold()]
    had = []
    await turns(2)
    letGo[0]!()
    await turns(2)
    expect(had).toEqual([])
    letGo[1]!()
    await turns(2)
    expect(had.length).toBeGreaterThan(0)
  })
})

it('remembers nobody who has long stopped to ask', async () => {
  for (let i = 0; i < 3_000; i++) {
    void ask(`${i}`, { tookMs: 0, count: 1 })
    await turns(2)
  }
  expect(had).toHaveLength(3_000)
  expect(steps.askers).toBeLessThan(2_000)
})
