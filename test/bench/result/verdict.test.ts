import { describe, expect, it } from 'vitest'
import { preflight } from '../../../src/bench/host/preflight.ts'
import { Histogram } from '../../../src/bench/metrics/histogram.ts'
import { type Evidence, judgeMeasurement } from '../../../src/bench/result/verdict.ts'
import { second } from '../report/sample-result.ts'

function judge(changes: Partial<Evidence> & { lateMs?: number }) {
  const lateness = new Histogram()
  lateness.record((changes.lateMs ?? 0.5) * 1000)
  return judgeMeasurement({
    lateness,
    ackP99Ms: 20,
    series: [second(0), second(1)],
    cores: 2,
    ownFaults: {},
    arrivals: { turnedAway: 0, greeted: 10 },
    doubts: [],
    ...changes,
  })
}

describe('judgeMeasurement', () => {
  it('believes a measurement that nothing speaks against', () => {
    expect(judge({})).toEqual({ verdict: 'VALID', reasons: [] })
  })

  it.each([
    ['SUSPECT', { lateMs: 12 }, /sent more than 12 ms late/],
    ['INVALID', { lateMs: 150 }, /use more --workers/],
    ['VALID', { lateMs: 150, ackP99Ms: 5000 }, /^$/],
    ['INVALID', { ownFaults: { EMFILE: 3 } }, /3 connections failed.*ulimit -n/],
    [
      'SUSPECT',
      { series: [second(0, { utilization: 1, lagMs: 90 })] },
      /busy without a break in 1 of 1 seconds/,
    ],
    ['INVALID', { series: [second(0, { utilization: 1, lagMs: 900 })] }, /held up for 900 ms/],
    ['SUSPECT', { series: [second(0, { generatorCpu: 1, serverCpu: 0.95 })] }, /all 2 cores/],
    ['SUSPECT', { arrivals: { turnedAway: 5, greeted: 10 } }, /raise users\.count/],
    ['SUSPECT', { doubts: ['the log could not be read'] }, /could not be read/],
  ] as const)('is %s for %o', (verdict, changes, reason) => {
    const judged = judge(changes)
    expect(judged.verdict).toBe(verdict)
    expect(judged.reasons.join('\n')).toMatch(reason)
  })

  it('does not hold idle seconds against it', () => {
    const idle = second(0, { sent: 0, delivered: 0, utilization: 1, lagMs: 999 })
    expect(judge({ series: [idle, second(1)] }).verdict).toBe('VALID')
  })
})

describe('preflight', () => {
  const limits = { descriptors: 1024, ports: 500 }

  it('says how to get more descriptors', () => {
    expect(() => preflight(1000, 'ws://127.0.0.1:1', limits)).toThrow(/ulimit -n 1096/)
  })

  it('spreads connections over loopback addresses when ports run out', () => {
    expect(preflight(400, 'ws://127.0.0.1:1', limits)).toEqual([])
    if (process.platform === 'linux')
      expect(preflight(900, 'ws://127.0.0.1:1', limits)).toEqual(['127.0.0.1', '127.0.0.2'])
  })

  it('says how to get more ports elsewhere', () => {
    expect(() => preflight(900, 'ws://10.0.0.1:1', limits)).toThrow(/ip_local_port_range/)
  })

  it('lets pass what it cannot know', () => {
    const unknown = { descriptors: undefined, ports: undefined }
    expect(preflight(1e6, 'ws://10.0.0.1:1', unknown)).toEqual([])
  })
})
