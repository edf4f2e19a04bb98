import { expect, it } from 'vitest'
import { nowUs } from '../../../src/bench/clock.ts'
import { Recorder } from '../../../src/bench/run/recorder.ts'
import { RunPhases } from '../../../src/bench/run/run-phases.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { listThresholds } from '../../../src/bench/scenario/threshold.ts'
import type { GeneratorHandle } from '../../../src/bench/worker/generator-setup.ts'
import { counts, snapshot } from '../report/sample-result.ts'

/** A generator of which only what it has delivered so far matters. */
function generator() {
  const state = { delivered: 0, lost: 0 }
  const tell: GeneratorHandle['snapshot'] = async () => snapshot({ counts: counts(state) })
  return { state, handle: { snapshot: tell } as unknown as GeneratorHandle }
}

function recorderAt(seconds: number, thresholds: object = {}) {
  const scenario = Scenario.parse({
    name: 'n',
    users: { count: 1 },
    phases: [{ name: 'steady', durationSeconds: 10, users: 1 }],
    thresholds,
  })
  const phases = new RunPhases(scenario)
  phases.begin(nowUs() - seconds * 1e6)
  return new Recorder({
    phases,
    thresholds: listThresholds(scenario.thresholds),
    isPart: false,
    serverPid: () => undefined,
  })
}

const rows = ({ measurements }: Recorder) =>
  measurements.series.map(({ second, phase, delivered }) => [second, phase, delivered])

it('gives what comes after the phases a second of its own, if anything comes', async () => {
  const { state, handle } = generator()
  const recorder = recorderAt(10.1)
  state.delivered = 50
  await recorder.takeSnapshot([handle])
  await recorder.takeSnapshot([handle], 'settled')
  await recorder.takeSnapshot([handle], 'leaving')
  expect(rows(recorder)).toEqual([[9, 'steady', 50]])
  const busy = recorderAt(10.1)
  await busy.takeSnapshot([handle])
  state.delivered = 60
  await busy.takeSnapshot([handle], 'settled')
  await busy.takeSnapshot([handle], 'leaving')
  expect(rows(busy)).toEqual([
    [9, 'steady', 50],
    [10, 'draining', 10],
  ])
})

it('counts on second by second while what is under way arrives', async () => {
  const { state, handle } = generator()
  const recorder = recorderAt(12)
  state.delivered = 50
  await recorder.takeSnapshot([handle])
  state.delivered = 80
  await recorder.takeSnapshot([handle], 'draining')
  state.delivered = 90
  await recorder.takeSnapshot([handle], 'settled')
  expect(rows(recorder)).toEqual([
    [9, 'steady', 50],
    [11, 'draining', 40],
  ])
})

it('ends with the threshold that wants the run to end, as it was when it failed', async () => {
  const { state, handle } = generator()
  state.lost = 3
  const condition = { condition: 'value<1', afterSeconds: 0 }
  const recorder = recorderAt(1, { lost_connections: [condition], unsent: ['value<1'] })
  const seconds: number[] = []
  const failed = await recorder.record([handle], new AbortController().signal, ({ second }) =>
    seconds.push(second),
  )
  expect(failed).toEqual({
    metric: 'lost_connections',
    condition: 'value<1',
    actual: 3,
    isMet: false,
  })
  expect(seconds).toHaveLength(1)
  expect(recorder.standing).toContainEqual(failed)
  expect(recorder.standing).toHaveLength(2)
})
