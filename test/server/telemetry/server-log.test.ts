import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Journal } from '../../../src/server/telemetry/server-log.ts'

interface Written {
  level: string
  line: string
  record: Record<string, unknown>
}

function createJournal(isEnabled = true): { journal: Journal; written: Written[] } {
  const written: Written[] = []
  const journal = new Journal({
    isEnabled: () => isEnabled,
    write: (level, line, record) => void written.push({ level, line, record }),
  })
  return { journal, written }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('the lines of each event are exactly the documented ones', () => {
  const { journal, written } = createJournal()
  journal.userConnected(123)
  journal.statusBroadcast(123, true, 5)
  journal.frameReceived(123, 'NEW_MESSAGE')
  journal.messageStored('chat', 456, 5)
  journal.messageStored('support', 457, 5)
  journal.userDisconnected(123)
  journal.statusBroadcast(123, false, 4)
  journal.stats(5, 8)
  expect(written.map(({ line }) => line)).toEqual([
    '🚀 WS: User 123 connected',
    '📡 WS: User 123 is ONLINE',
    '📡 WS: Broadcast sent to 5 users',
    '📨 WS: Received message from user 123: NEW_MESSAGE',
    '💬 WS: New message created with ID: 456',
    '📡 WS: Message broadcast sent to 5 users',
    '💬 WS: New support message created with ID: 457',
    '📡 WS: Message broadcast sent to 5 users',
    '🔌 WS: User 123 disconnected',
    '📡 WS: User 123 is OFFLINE',
    '📡 WS: Broadcast sent to 4 users',
    '📊 WS Stats: 5 users, 8 connections',
  ])
  expect(new Set(written.map(({ level }) => level))).toEqual(new Set(['info']))
  journal.close()
})

test('every record names its event first', () => {
  const { journal, written } = createJournal()
  journal.listening('ws://127.0.0.1:1')
  journal.userConnected(123)
  journal.stats(1, 2)
  journal.failure('It broke', new Error('why'))
  expect(written.map(({ record }) => Object.keys(record)[0])).toEqual(written.map(() => 'event'))
  expect(written[1]!.record).toEqual({ event: 'user_connected', userId: 123 })
  journal.close()
})

test('a failure is an error line with its reason', () => {
  const { journal, written } = createJournal()
  const error = new Error('disk full')
  journal.failure('3 messages were not stored', error)
  expect(written).toEqual([
    {
      level: 'error',
      line: '❌ WS: 3 messages were not stored: disk full',
      record: { event: 'failure', what: '3 messages were not stored', err: error },
    },
  ])
})

test('events beyond 200 in a second are summarised in one line', () => {
  const { journal, written } = createJournal()
  for (let i = 1; i <= 250; i++) journal.userConnected(i)
  for (let i = 1; i <= 30; i++) journal.userDisconnected(i)
  expect(written).toHaveLength(200)
  vi.advanceTimersByTime(1_000)
  expect(written).toHaveLength(201)
  expect(written[200]).toMatchObject({
    line: '📈 WS: Not listed one by one: 50 connected, 30 disconnected',
    record: { event: 'summary', counts: { connected: 50, disconnected: 30 } },
  })
  journal.close()
})

test('the next second lists events one by one again', () => {
  const { journal, written } = createJournal()
  for (let i = 1; i <= 300; i++) journal.userConnected(i)
  vi.advanceTimersByTime(1_000)
  journal.userConnected(301)
  expect(written.at(-1)!.line).toBe('🚀 WS: User 301 connected')
  vi.advanceTimersByTime(5_000)
  expect(written).toHaveLength(202)
  journal.close()
})

test('closing writes what was only counted and leaves no timer behind', () => {
  const { journal, written } = createJournal()
  for (let i = 1; i <= 201; i++) journal.userConnected(i)
  journal.close()
  expect(written.at(-1)!.line).toBe('📈 WS: Not listed one by one: 1 connected')
  expect(vi.getTimerCount()).toBe(0)
})

test('lines that are not of single events are always written', () => {
  const { journal, written } = createJournal()
  for (let i = 1; i <= 500; i++) journal.userConnected(i)
  journal.stats(500, 500)
  expect(written.at(-1)!.line).toBe('📊 WS Stats: 500 users, 500 connections')
  journal.close()
})

test('where info is off, single events are neither written nor counted', () => {
  const { journal, written } = createJournal(false)
  for (let i = 1; i <= 500; i++) journal.userConnected(i)
  expect(vi.getTimerCount()).toBe(0)
  journal.close()
  expect(written).toEqual([])
})

/** What is counted → what causes it, and the records that list it. */
const EVENTS = {
  connected: { emit: (j: Journal) => j.userConnected(1), records: ['user_connected'] },
  disconnected: { emit: (j: Journal) => j.userDisconnected(1), records: ['user_disconnected'] },
  'status changes': {
    emit: (j: Journal) => j.statusBroadcast(1, true, 1),
    records: ['user_online'],
  },
  'frames received': { emit: (j: Journal) => j.frameReceived(1, 'X'), records: ['frame_received'] },
  'messages stored': {
    emit: (j: Journal) => j.messageStored('chat', 1, 1),
    records: ['message_created'],
  },
}

test('every event is either listed or in a summary, at any rate', () => {
  const burst = fc.record({
    what: fc.constantFrom(...(Object.keys(EVENTS) as (keyof typeof EVENTS)[])),
    times: fc.integer({ min: 1, max: 150 }),
    thenMs: fc.constantFrom(0, 0, 10, 400, 1_000, 3_000),
  })
  fc.assert(
    fc.property(fc.array(burst, { maxLength: 15 }), (bursts) => {
      const { journal, written } = createJournal()
      const emitted = { ...EMPTY_COUNTS }
      for (const { what, times, thenMs } of bursts) {
        for (let i = 0; i < times; i++) EVENTS[what].emit(journal)
        emitted[what] += times
        vi.advanceTimersByTime(thenMs)
      }
      journal.close()
      expect(countWritten(written)).toEqual(emitted)
    }),
    { numRuns: 50 },
  )
})

const EMPTY_COUNTS = Object.fromEntries(Object.keys(EVENTS).map((what) => [what, 0])) as Record<
  keyof typeof EVENTS,
  number
>

function countWritten(written: readonly Written[]): Record<string, number> {
  const counts: Record<string, number> = { ...EMPTY_COUNTS }
  for (const { record } of written)
    for (const [what, { records }] of Object.entries(EVENTS)) {
      if (records.includes(record.event as string)) counts[what]! += 1
      if (record.event === 'summary')
        counts[what]! += (record.counts as Record<string, number>)[what] ?? 0
    }
  return counts
}
