import { expect, it } from 'vitest'
import { Histogram } from '../../../src/bench/metrics/histogram.ts'
import { Measurements, type UsageSample } from '../../../src/bench/result/measurements.ts'
import { snapshot } from '../report/sample-result.ts'

const sample = (second: number, serverSeconds: number | undefined): UsageSample => ({
  atUs: second * 1e6,
  generator: { cpuSeconds: second / 10, rssBytes: 50 * 2 ** 20 },
  server:
    serverSeconds === undefined ? undefined : { cpuSeconds: serverSeconds, rssBytes: 90 * 2 ** 20 },
})

it('adds up what the server used over all times that it was started', () => {
  const measurements = new Measurements(sample(0, 5))
  const add = (second: number, serverSeconds: number | undefined) =>
    measurements.add([], { second, phase: 'steady', sample: sample(second + 1, serverSeconds) })
  expect(add(0, 5.5)).toMatchObject({ generatorCpu: 0.1, generatorRssMb: 50, serverCpu: 0.5 })
  expect(add(1, undefined)).not.toHaveProperty('serverCpu')
  // What starting it took is not of the second in which it was there.
  expect(add(2, 0.75)).not.toHaveProperty('serverCpu')
  // Stopped and started again between two looks.
  expect(add(3, 0.25)).not.toHaveProperty('serverCpu')
  expect(add(4, 0.5)).toMatchObject({ serverCpu: 0.25, serverRssMb: 90 })
  expect(measurements.cpuCores.server).toBeCloseTo((0.5 + 0.75 + 0.25 + 0.25) / 5)
  expect(measurements.cpuCores.generator).toBeCloseTo(0.1)
})

it('leaves out of the figures what it is told to', () => {
  const once = new Histogram()
  once.record(5_000)
  const told = snapshot({ latencies: { presence_ms: once.toRecord() } })
  const measurements = new Measurements(sample(0, undefined))
  const context = { second: 0, phase: 'steady', sample: sample(1, undefined) }
  measurements.add([told], context)
  measurements.add([told], { ...context, leftOut: ['presence_ms'] })
  expect(measurements.latencies.presence_ms.count).toBe(1)
})

it('knows nothing of a server that it is told nothing of', () => {
  const measurements = new Measurements(sample(0, undefined))
  measurements.add([], { second: 0, phase: 'steady', sample: sample(1, undefined) })
  expect(measurements.cpuCores.server).toBeUndefined()
})
