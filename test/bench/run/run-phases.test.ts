import { expect, it } from 'vitest'
import { nowUs } from '../../../src/bench/clock.ts'
import { RunPhases } from '../../../src/bench/run/run-phases.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'

const phasesOf = () =>
  new RunPhases(
    Scenario.parse({
      name: 'n',
      users: { count: 1 },
      phases: [
        { name: 'ramp', durationSeconds: 2, users: 1, load: 0 },
        { name: 'warm-up', durationSeconds: 3, record: false },
        { name: 'steady', durationSeconds: 5 },
      ],
    }),
  )

it('says which phase a time is in, the last one after the end', () => {
  const phases = [0, 1.9, 2, 4.9, 5, 9.9, 10, 99].map((seconds) => phasesOf().phaseAt(seconds))
  expect(phases).toEqual([
    ...['ramp', 'ramp', 'warm-up', 'warm-up'],
    ...['steady', 'steady', 'steady', 'steady'],
  ])
})

it('counts the seconds in which load was meant to run and count', () => {
  const before = phasesOf()
  expect([before.elapsedSeconds, before.loadSeconds, before.plannedSeconds]).toEqual([0, 0, 10])
  const over = phasesOf()
  over.begin(nowUs() - 60e6)
  expect(over.loadSeconds).toBe(5)
  const warm = phasesOf()
  warm.begin(nowUs() - 1e6)
  expect(warm.loadSeconds).toBe(0)
})
