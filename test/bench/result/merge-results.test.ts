import { describe, expect, it } from 'vitest'
import { mergeResults } from '../../../src/bench/result/merge-results.ts'
import { cleanResult, latency, second } from '../report/sample-result.ts'

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
      second(0, {
        open: 16,
        sent: 4,
        acknowledged: 4,
        delivered: 32,
        generatorCpu: 0.2,
        generatorRssMb: 180,
      }),
    )
  })

  it('knows no figure that no part measured', () => {
    const { values } = cleanResult()
    const unknown = { ...values, http_errors: undefined, server_rss_mb: undefined }
    const parts = ['1/2', '2/2'].map((shard) => cleanResult({ shards: [shard], values: unknown }))
    expect(mergeResults(parts).values).toEqual({
      deliveries_per_second: 2468,
      amplification: 8,
      generator_cpu_cores: 0.2,
      generator_rss_mb: 180,
    })
  })

  it.each([
    ['2026-01-01T00:00:02.000Z', 'VALID', /^$/],
    ['2025-12-31T23:59:56.000Z', 'SUSPECT', /started 4 s apart: for that long the load was less/],
    ['2026-01-01T01:00:00.000Z', 'INVALID', /started 3600 s apart and were not one load/],
  ])('doubts parts that did not run together: %s is %s', (startedAt, verdict, reason) => {
    const late = { ...part('2/2', 1), startedAt, elapsedSeconds: 5 }
    const merged = mergeResults([{ ...part('1/2', 1), elapsedSeconds: 5 }, late])
    expect(merged.verdict.verdict).toBe(verdict)
    expect(merged.verdict.reasons.join()).toMatch(reason)
  })

  it('judges what only all shards together can reach once they are all there', () => {
    const condition = { metric: 'deliveries_per_second', condition: 'value>2000', isMet: true }
    const of = (shard: string) =>
      cleanResult({ shards: [shard], thresholds: [{ ...condition, isDeferred: true }] })
    expect(mergeResults([of('1/2'), of('2/2')]).thresholds).toEqual([
      { ...condition, actual: 2468 },
    ])
    expect(mergeResults([of('1/3'), of('3/3')]).thresholds[0]).toMatchObject({ isDeferred: true })
  })

  it('leaves a single result as it is, and fails the condition that ended a part', () => {
    const ended = cleanResult({
      shards: ['2/2'],
      exitCode: 99,
      abortedBy: 'ack_ms p99<10',
      thresholds: [{ metric: 'ack_ms', condition: 'p99<10', actual: 20, isMet: false }],
    })
    expect(mergeResults([ended])).toEqual(ended)
    expect(mergeResults([part('1/2', 1), ended])).toMatchObject({
      exitCode: 99,
      thresholds: [{ actual: 20, isMet: false }],
    })
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
