import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { OffsetLedger } from '../../../src/bench/audit/offset-ledger.ts'
import { nowUs } from '../../../src/bench/clock.ts'
import { Expectations } from '../../../src/bench/users/expectations.ts'
import type { VirtualConnection } from '../../../src/bench/users/virtual-connection.ts'

const ACK = { after: 'send', frame: 'ACK', withinMs: 500 } as const
const MESSAGE = { after: 'send', frame: 'MESSAGE', withinMs: 500 } as const

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] }))
afterEach(() => vi.useRealTimers())

/** A connection that has sent the message 7, and what was acknowledged. */
function createSent() {
  const acks = new Map<number, number>()
  const expectations = new Expectations({ ackOffsetOf: (serial) => acks.get(serial) ?? 0 })
  const offsets = new OffsetLedger({ duplicate: 0, reordered: 0, missing: 0, ambiguous: 0 })
  offsets.next = 1
  const connection = { state: 'open', pending: new Map([[7, {}]]), receiver: { offsets } }
  const sent = { connection: connection as unknown as VirtualConnection, serial: 7, dueUs: nowUs() }
  const acknowledge = (offset: number) => {
    connection.pending.delete(7)
    acks.set(7, offset)
  }
  return { expectations, connection, offsets, sent, acknowledge }
}

it('a greeting that took longer than it may is missed', () => {
  const { expectations } = createSent()
  const expected = { after: 'connect', frame: 'CONNECTION_ESTABLISHED', withinMs: 100 } as const
  expectations.onGreeted([expected, ACK], 100_000)
  expect(expectations.missed).toBe(0)
  expectations.onGreeted([expected, ACK], 100_001)
  expect(expectations.missed).toBe(1)
})

it('an ACK is missed when it has not come in time, however soon after it comes', () => {
  const { expectations, sent, acknowledge } = createSent()
  expectations.onSent([ACK], sent)
  vi.advanceTimersByTime(400)
  expect(expectations.missed).toBe(0)
  vi.advanceTimersByTime(200)
  acknowledge(1)
  expect(expectations.missed).toBe(1)
})

it('an ACK that came in time is not missed', () => {
  const { expectations, sent, acknowledge } = createSent()
  expectations.onSent([ACK], sent)
  acknowledge(1)
  vi.advanceTimersByTime(600)
  expect(expectations.missed).toBe(0)
})

it('a message that was acknowledged, but not sent to its sender, is missed', () => {
  const { expectations, sent, acknowledge } = createSent()
  expectations.onSent([ACK, MESSAGE], sent)
  acknowledge(1)
  vi.advanceTimersByTime(600)
  expect(expectations.missed).toBe(1)
})

it('a message that came back to its sender is not missed, and one that left a hole is', () => {
  const { expectations, offsets, sent, acknowledge } = createSent()
  expectations.onSent([MESSAGE], sent)
  acknowledge(1)
  offsets.arrive(2)
  vi.advanceTimersByTime(600)
  expect(expectations.missed).toBe(1)
  expectations.onSent([MESSAGE], { ...sent, dueUs: nowUs() })
  offsets.arrive(1)
  vi.advanceTimersByTime(600)
  expect(expectations.missed).toBe(1)
})

it('of who has left, and after the end, nothing is expected', () => {
  const { expectations, connection, sent } = createSent()
  expectations.onSent([ACK], sent)
  connection.state = 'leaving'
  vi.advanceTimersByTime(600)
  connection.state = 'open'
  expectations.onSent([ACK], { ...sent, dueUs: nowUs() })
  expectations.end()
  vi.advanceTimersByTime(600)
  expect(expectations.missed).toBe(0)
})
