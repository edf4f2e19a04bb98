import { describe, expect, it } from 'vitest'
import { nowUs } from '../../../src/bench/clock.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { type Action, Plan } from '../../../src/bench/schedule/plan.ts'
import { PlanRunner } from '../../../src/bench/schedule/plan-runner.ts'
import { Population } from '../../../src/bench/schedule/population.ts'
import { until } from '../../support/until.ts'

/** One user that sends a thousand messages, one every millisecond. */
const scenario = Scenario.parse({
  name: 'n',
  users: { count: 1 },
  phases: [
    { name: 'ramp', durationSeconds: 0.01, users: 1, load: 0 },
    { name: 'steady', durationSeconds: 1 },
  ],
  behaviours: [{ name: 'b', send: [{ ratePerSecond: 1_000 }] }],
})

function create(clock = nowUs) {
  const done: Action[] = []
  const plan = new Plan(scenario, new Population(scenario))
  const runner = new PlanRunner(plan, (action) => void done.push(action), clock)
  return { runner, done }
}
const sends = (actions: readonly Action[]) => actions.filter(({ kind }) => kind === 'send').length

describe('PlanRunner', () => {
  it('does what is due, even when it is late, and then what becomes due', async () => {
    const { runner, done } = create()
    runner.start(nowUs() - 500_000)
    expect(sends(done)).toBeGreaterThan(0)
    await until(() => sends(done) === 1_000, 'all messages')
    expect(runner.halt()).toEqual([])
  })

  it('tells what was due when it was halted and had not been done', () => {
    const { runner, done } = create()
    runner.start(nowUs() - 2_000_000)
    const overdue = runner.halt()
    expect(sends(done)).toBeLessThan(1_000)
    expect(sends(done) + sends(overdue)).toBe(1_000)
    expect(runner.halt()).toEqual([])
  })

  it('still does what has just become due when it is halted', () => {
    let now = 1e6
    const { runner, done } = create(() => now)
    runner.start(now - 30_000)
    expect(sends(done)).toBe(21)
    now += 25_000
    expect(runner.halt()).toEqual([])
    expect(sends(done)).toBe(46)
  })

  it('does nothing more once it is halted', async () => {
    const { runner, done } = create()
    runner.start(nowUs())
    runner.halt()
    const before = done.length
    runner.onTurn(nowUs() + 1e6)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(done).toHaveLength(before)
  })
})
