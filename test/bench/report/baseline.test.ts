import { describe, expect, it } from 'vitest'
import { compareResults } from '../../../src/bench/report/baseline.ts'
import { mergeResults } from '../../../src/bench/report/merge-results.ts'
import { cleanResult, latency, second } from './sample-result.ts'

const withAcks = (...ms: number[]) => cleanResult({ latencies: { ack_ms: latency(...ms) } })
const regressions = (...results: Parameters<typeof compareResults>) =>
  compareResults(...results).rows.flatMap(({ metric, isRegression }) =>
    isRegression ? [metric] : [],
  )

describe('compareResults', () => {
  it('finds what got worse by more than is accepted', () => {
    expect(regressions(withAcks(10, 10), withAcks(10, 20), 50)).toEqual([
      'ack_ms p95',
      'ack_ms p99',
    ])
    expect(regressions(withAcks(10), withAcks(10.9), 10)).toEqual([])
    const slower = cleanResult({ values: { deliveries_per_second: 1000 } })
    expect(regressions(cleanResult(), slower, 10)).toEqual(['deliveries_per_second'])
    expect(regressions(slower, cleanResult(), 10)).toEqual([])
  })

  it('does not take what is less than a millisecond for a change', () => {
    expect(regressions(withAcks(0.1), withAcks(0.9), 10)).toEqual([])
  })

  it('refuses other scenarios and other shards, and warns of another host', () => {
    const { scenario, host } = cleanResult()
    const other = cleanResult({ scenario: { ...scenario, hash: 'xyz' } })
    expect(() => compareResults(cleanResult(), other, 10)).toThrow(/of another scenario/)
    const part = cleanResult({ shards: ['1/2'] })
    expect(() => compareResults(cleanResult(), part, 10)).toThrow(/of other shards/)
    const elsewhere = cleanResult({ host: { ...host, cores: 64 } })
    expect(compareResults(elsewhere, cleanResult(), 10).warnings).toEqual([
      'the baseline is of another host: cores 64, now 2',
    ])
  })
})

describe('mergeResults', () => {
  const part = (shard: string, ...ms: number[]) =>
    cleanResult({ shards: [shard], latencies: { ack_ms: latency(...ms) } })

  it('adds histograms and counts, and judges thresholds by the whole', () => {
    const merged = mergeResults([part('1/2', 1, 1, 1), part('2/2', 50)])
    expect(merged.shards).toEqual(['1/1'])
    expect(merged.latencies.ack_ms).toMatchObject({ count: 4, max: 50 })
    expect(merged.audit).toMatchObject({ sent: 4, delivered: 32 })
    expect(merged.connections).toBe(16)
    expect(merged.thresholds[0]).toMatchObject({ metric: 'ack_ms', isMet: false })
    expect(merged.exitCode).toBe(99)
    expect(merged.series[0]).toEqual(
      second(0, { open: 16, sent: 4, acknowledged: 4, delivered: 32, generatorCpu: 0.2 }),
    )
  })

  it('says which parts are missing by the shards it has', () => {
    expect(mergeResults([part('1/3', 1), part('3/3', 1)]).shards).toEqual(['1/3', '3/3'])
  })

  it('refuses the same part twice, and parts of different runs', () => {
    expect(() => mergeResults([part('1/2', 1), part('1/2', 1)])).toThrow(/not parts of one run/)
    expect(() => mergeResults([part('1/2', 1), part('1/3', 1)])).toThrow(/not parts of one run/)
    const { scenario } = cleanResult()
    const other = cleanResult({ shards: ['2/2'], scenario: { ...scenario, hash: 'x' } })
    expect(() => mergeResults([part('1/2', 1), other])).toThrow(/different scenarios/)
  })

  it('keeps the worst verdict, with the part that it is of', () => {
    const doubtful = cleanResult({
      shards: ['2/2'],
      verdict: { verdict: 'SUSPECT', reasons: ['late'] },
    })
    expect(mergeResults([part('1/2', 1), doubtful]).verdict).toEqual({
      verdict: 'SUSPECT',
      reasons: ['shard 2/2: late'],
    })
  })
})
