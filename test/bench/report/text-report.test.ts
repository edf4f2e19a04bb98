import { describe, expect, it } from 'vitest'
import { COLOURED } from '../../../src/bench/report/style.ts'
import { formatReport } from '../../../src/bench/report/text-report.ts'
import { cleanResult, comparedResult, failedResult, latency } from './sample-result.ts'

describe('formatReport', () => {
  it('tells thresholds first, then the stats line, what was measured, and what it came to', () => {
    const text = formatReport(cleanResult())
    const lines = text.split('\n')
    const at = (text: string) => lines.findIndex((line) => line.includes(text))
    expect(lines.slice(1, 3)).toEqual(['five', 'Five <users>'])
    expect(lines[4]).toMatch(/^ {2}✓ ack_ms p99<10 +3\.00$/)
    expect(lines).toContain('📊 WS Stats: 5 users, 8 connections')
    expect(at('📊')).toBeGreaterThan(at('✓ audit clean'))
    expect(at('send → ack')).toBeGreaterThan(at('📊'))
    expect(lines[at('send → delivery')]).toMatch(/–\s+–/)
    expect(lines[at('deliveries/s')]).toMatch(/██ 16 to 16$/)
    expect(lines[at('ran  ')]).toContain('seed 1, 1 worker, a server of its own')
    expect(lines.slice(-2)).toEqual(['✓ passed', ''])
    expect(text).not.toContain('\x1b')
  })

  it('tells on how many connections arrivals were timed, where that was not on all', () => {
    expect(formatReport(cleanResult())).not.toContain('timed on')
    expect(formatReport(cleanResult({ timedConnections: 2 }))).toContain(
      'arrivals timed on 2 of 8 connections, audited on all',
    )
  })

  it('tells what failed, and colours it on a terminal', () => {
    const text = formatReport(failedResult(), COLOURED)
    expect(text).toContain('\x1b[31m✗ audit failed\x1b[39m')
    expect(text).toContain('\x1b[33m! measurement SUSPECT\x1b[39m')
    expect(text).toContain('all 2 cores were in use')
    expect(text).toContain('✗ failed: the audit failed, 1 of 1 thresholds failed (exit code 98)')
  })

  it('marks what is worse than a baseline, and not what is only shown', () => {
    const lines = formatReport(comparedResult()).split('\n')
    expect(lines).toContain(
      'compared with the baseline of 2025-12-31T00:00:00.000Z, up to 10 % worse is accepted',
    )
    expect(lines).toContain('  ! other <host>')
    const rows = lines.filter((line) => line.includes(' → ') && line.includes(' %'))
    expect(rows.map((row) => row.trim().replace(/ +/g, ' '))).toEqual([
      '✗ ack_ms p99 2 → 3 +50.0 %',
      '✓ ack_ms p50 2 → 3 -4.0 %',
      'server_rss_mb 2 → 3 +50.0 %',
    ])
    expect(lines.at(-2)).toBe('✗ failed: 1 figure worse than the baseline (exit code 99)')
  })

  it('neither passes nor fails what only all shards together can reach', () => {
    const deferred = { condition: 'value>9', actual: 5, isMet: true, isDeferred: true } as const
    const thresholds = [{ metric: 'sends_per_second', ...deferred }]
    const lines = formatReport(cleanResult({ shards: ['1/2'], thresholds })).split('\n')
    expect(lines[4]).toMatch(/^ {2}· sends_per_second value>9 +5 {2}\(judged when all shards/)
  })

  it('counts HTTP requests where there were any', () => {
    expect(formatReport(cleanResult())).not.toContain('  http ')
    const { values } = cleanResult()
    const latencies = { http_ms: latency(1, 2) }
    const text = formatReport(cleanResult({ latencies, values: { ...values, http_errors: 1 } }))
    expect(text).toMatch(/http +2 answers under load, 1 failed or not 2xx/)
  })
})
