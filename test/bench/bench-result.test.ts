import { expect, it } from 'vitest'
import { auditProblems, type BenchResult, exitCodeOf } from '../../src/bench/bench-result.ts'
import { formatReport } from '../../src/bench/text-report.ts'

const summary = { count: 9, p50: 1, p95: 2, p99: 3, 'p99.9': 4, max: 5, mean: 1.5 }
const clean: BenchResult = {
  scenario: 'five',
  isInterrupted: false,
  elapsedSeconds: 3.25,
  users: 5,
  connections: 8,
  thresholds: [{ metric: 'ack_ms', condition: 'p99<10', actual: 3, isMet: true }],
  measurements: {
    connect_ms: summary,
    ack_ms: summary,
    delivery_ms: undefined,
    deliveries_per_second: { value: 1234 },
  },
  delivery: {
    sent: 2,
    acknowledged: 2,
    refused: 0,
    expected: 16,
    delivered: 16,
    missing: 0,
    duplicate: 0,
    outOfOrder: 0,
    unsent: 0,
  },
  presence: { notSeenOnline: 0, notSeenOffline: 0, falseOffline: 0 },
  lost: {},
}
const withDelivery = (changes: object) => ({
  ...clean,
  delivery: { ...clean.delivery, ...changes },
})
const withPresence = (changes: object) => ({
  ...clean,
  presence: { ...clean.presence, ...changes },
})
const lateThreshold = [{ ...clean.thresholds[0]!, isMet: false }]

it('passes a clean run', () => {
  expect(auditProblems(clean)).toEqual([])
  expect(exitCodeOf(clean)).toBe(0)
})

it.each([
  ['missing', withDelivery({ missing: 1 })],
  ['duplicate', withDelivery({ duplicate: 1 })],
  ['out of order', withDelivery({ outOfOrder: 1 })],
  ['never acknowledged', withDelivery({ sent: 3 })],
  ['refused', withDelivery({ sent: 3, refused: 1 })],
  ['unsent', withDelivery({ unsent: 1 })],
  ['not seen online', withPresence({ notSeenOnline: 1 })],
  ['still seen online', withPresence({ notSeenOffline: 1 })],
  ['reported offline', withPresence({ falseOffline: 1 })],
  ['connections lost', { ...clean, lost: { 'closed with 1006': 2 } }],
])('fails the audit with 98 and one reason: %s', (words, result) => {
  expect(auditProblems(result)).toHaveLength(1)
  expect(auditProblems(result)[0]).toContain(words)
  expect(exitCodeOf(result)).toBe(98)
  expect(formatReport(result)).toContain('✗ audit failed')
})

it('puts a failed audit before a failed threshold, and an interruption before both', () => {
  expect(exitCodeOf({ ...clean, thresholds: lateThreshold })).toBe(99)
  const both = { ...withDelivery({ missing: 1 }), thresholds: lateThreshold }
  expect(exitCodeOf(both)).toBe(98)
  expect(exitCodeOf({ ...both, isInterrupted: true })).toBe(130)
})

it('reports thresholds first, then the stats line, then what was measured', () => {
  const lines = formatReport(clean).split('\n')
  const at = (text: string) => lines.findIndex((line) => line.includes(text))
  expect(at('✓ ack_ms p99<10  (3)')).toBeGreaterThan(at('five'))
  expect(lines).toContain('📊 WS Stats: 5 users, 8 connections')
  expect(at('📊')).toBeGreaterThan(at('✓ audit clean'))
  expect(at('send → ack')).toBeGreaterThan(at('📊'))
  expect(lines[at('send → delivery')]).toMatch(/–\s+–/)
})
