import { expect, it } from 'vitest'
import { Measurements, type UsageSample } from '../../../src/bench/run/measurements.ts'

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
  expect(add(2, 0.75)).toMatchObject({ serverCpu: 0.75, serverRssMb: 90 })
  // Stopped and started again between two looks.
  expect(add(3, 0.25)).toMatchObject({ serverCpu: 0.25 })
  expect(measurements.cpuCores.server).toBeCloseTo((0.5 + 0.75 + 0.25) / 4)
  expect(measurements.cpuCores.generator).toBeCloseTo(0.1)
})

it('knows nothing of a server that it is told nothing of', () => {
  const measurements = new Measurements(sample(0, undefined))
  measurements.add([], { second: 0, phase: 'steady', sample: sample(1, undefined) })
  expect(measurements.cpuCores.server).toBeUndefined()
})
