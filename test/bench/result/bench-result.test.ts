import { expect, it } from 'vitest'
import { auditProblems } from '../../../src/bench/result/audit-problems.ts'
import { BenchResult, exitCodeOf } from '../../../src/bench/result/bench-result.ts'
import { cleanResult } from '../report/sample-result.ts'

const clean = cleanResult()

it('passes a clean run', () => {
  expect(auditProblems(clean.audit)).toEqual([])
  expect(exitCodeOf(clean)).toBe(0)
})

it.each([
  ['delivery missing', { missing: 1 }],
  ['deliveries duplicate', { duplicate: 2 }],
  ['out of order', { reordered: 1 }],
  ['frame corrupt', { corrupt: 1 }],
  ['leaked', { leaked: 1 }],
  ['misrouted', { misrouted: 1 }],
  ['never acknowledged', { unacknowledged: 1 }],
  ['refused', { refused: 1 }],
  ['unsent', { unsent: 1 }],
  ['not in the database', { notInDatabase: 1 }],
  ['sent otherwise than stored', { differsFromDatabase: 1 }],
  ['failed resume', { resumeFailed: 1 }],
  ['ACK with the offset of another message', { wrongAcks: 1 }],
  ['not seen online', { notSeenOnline: 1 }],
  ['still seen online', { notSeenOffline: 1 }],
  ['still held online when all had left', { ghosts: 1 }],
  ['reported offline', { falseOffline: 1 }],
  ['connections lost: closed with 1006', { lost: { 'closed with 1006': 2 } }],
  ['could not be opened: HTTP 503', { failedConnects: { 'HTTP 503': 1 } }],
])('finds one problem, and exits with 98: %s', (words, changes) => {
  const problems = auditProblems({ ...clean.audit, ...changes })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(words)
  expect(exitCodeOf({ ...clean, problems })).toBe(98)
})

it('holds neither what is ambiguous nor what the scenario wanted against the run', () => {
  const audit = { ...clean.audit, ambiguous: 9, expectedLosses: { dropped: 3 } }
  expect(auditProblems(audit)).toEqual([])
})

it('puts an interruption before an invalid measurement, that before the audit, that before thresholds', () => {
  const late = { ...clean, thresholds: [{ ...clean.thresholds[0]!, isMet: false }] }
  expect(exitCodeOf(late)).toBe(99)
  const wrong = { ...late, problems: ['1 delivery missing'] }
  expect(exitCodeOf(wrong)).toBe(98)
  const invalid = { ...wrong, verdict: { verdict: 'INVALID' as const, reasons: ['x'] } }
  expect(exitCodeOf(invalid)).toBe(97)
  expect(exitCodeOf({ ...invalid, isInterrupted: true })).toBe(130)
})

it('is what its schema says', () => {
  expect(BenchResult.parse(JSON.parse(JSON.stringify(clean)))).toEqual(clean)
})
