import { describe, expect, it } from 'vitest'
import { compareResults } from '../../../src/bench/result/baseline.ts'
import { cleanResult, latency } from '../report/sample-result.ts'

/** As many acknowledgements of these times as it takes to judge all percentiles. */
const withAcks = (...ms: number[]) => {
  const times = Array.from({ length: 500 }, (_, index) => ms[index % ms.length]!)
  return cleanResult({ latencies: { ack_ms: latency(...times) } })
}
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

  it('shows percentiles of too few values, and what the server used, without judging them', () => {
    const few = (ms: number) =>
      cleanResult({ latencies: { ack_ms: latency(...Array(99).fill(ms)) } })
    const { rows } = compareResults(few(10), few(30), 10)
    expect(rows.map(({ metric, isJudged }) => [metric, isJudged])).toEqual([
      ['ack_ms p50', true],
      ['ack_ms p95', false],
      ['ack_ms p99', false],
      ['deliveries_per_second', true],
    ])
    expect(regressions(few(10), few(30), 10)).toEqual(['ack_ms p50'])
    const used = (server_rss_mb: number) =>
      cleanResult({ values: { server_rss_mb }, latencies: {} })
    expect(compareResults(used(100), used(900), 10).rows).toMatchObject([
      { metric: 'server_rss_mb', changePercent: 800, isJudged: false, isRegression: false },
    ])
  })

  it('refuses other scenarios and other shards, and warns of another host', () => {
    const { scenario, host } = cleanResult()
    const other = cleanResult({ scenario: { ...scenario, hash: 'xyz' } })
    expect(() => compareResults(cleanResult(), other, 10)).toThrow(/of another scenario/)
    const part = cleanResult({ shards: ['1/2'] })
    expect(() => compareResults(cleanResult(), part, 10)).toThrow(/of the shards 1\/1, not of 1\/2/)
    const elsewhere = cleanResult({ host: { ...host, cores: 64 } })
    expect(compareResults(elsewhere, cleanResult(), 10).warnings).toEqual([
      'the baseline is of another host: cores 64, now 2',
    ])
    const cut = cleanResult({ isInterrupted: true, isOwnServer: false })
    expect(compareResults(cut, cleanResult(), 10).warnings).toEqual([
      'one of the two runs had a server of its own, the other had not',
      'the baseline ended early',
    ])
  })
})
