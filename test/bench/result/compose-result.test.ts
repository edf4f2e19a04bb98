import { expect, it } from 'vitest'
import { agree } from '../../../src/bench/audit/versions.ts'
import { composeResult, type ResultParts } from '../../../src/bench/result/compose-result.ts'
import { Measurements } from '../../../src/bench/result/measurements.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { listThresholds } from '../../../src/bench/scenario/threshold.ts'
import { cleanResult, counts } from '../report/sample-result.ts'

const usage = { atUs: 0, generator: { cpuSeconds: 0, rssBytes: 0 }, server: undefined }

function compose(changes: {
  abortedBy?: ResultParts['context']['abortedBy']
  drainedSeconds?: number
}) {
  const scenario = Scenario.parse({
    name: 'n',
    users: { count: 1 },
    phases: [{ name: 'steady', durationSeconds: 4, users: 1 }],
    thresholds: { unsent: ['value<1'], lost_connections: ['value<1'] },
  })
  const measurements = new Measurements(usage)
  measurements.counts = counts({ recorded: 600 })
  const { startedAt, shards, host } = cleanResult()
  return composeResult({
    scenario,
    measurements,
    thresholds: listThresholds(scenario.thresholds),
    findings: {
      generators: [],
      agreement: agree([]),
      drainedSeconds: changes.drainedSeconds ?? 0,
      rosters: undefined,
      ghosts: undefined,
      database: undefined,
      serverDisagrees: [],
      doubts: [],
    },
    http: { idle: undefined, loaded: undefined },
    loadSeconds: 4,
    context: {
      ...{ startedAt, shards, host, hash: 'h', elapsedSeconds: 4, isOwnServer: false },
      ...{ workers: 1, users: 1, isInterrupted: false, abortedBy: changes.abortedBy },
    },
  })
}

it('fails the threshold that ended the run, whatever came of it while the run ended', () => {
  const abortedBy = { metric: 'unsent', condition: 'value<1', actual: 5, isMet: false }
  const result = compose({ abortedBy })
  expect(result.thresholds).toEqual([
    abortedBy,
    { metric: 'lost_connections', condition: 'value<1', actual: 0, isMet: true },
  ])
  expect(result).toMatchObject({ abortedBy: 'unsent value<1', exitCode: 99 })
  expect(compose({})).toMatchObject({ exitCode: 0 })
})

it('counts the time that late deliveries took into their rate', () => {
  expect(compose({ drainedSeconds: 0.5 }).values.deliveries_per_second).toBe(150)
  expect(compose({ drainedSeconds: 3 }).values.deliveries_per_second).toBe(100)
})
