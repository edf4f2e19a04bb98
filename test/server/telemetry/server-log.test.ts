import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ServerLog } from '../../../src/server/telemetry/server-log.ts'

interface Written {
  level: string
  line: string
  record: Record<string, unknown>
}

function createServerLog(isEnabled = true): { serverLog: ServerLog; written: Written[] } {
  const written: Written[] = []
  const serverLog = new ServerLog({
    isEnabled: () => isEnabled,
    write: (level, line, record) => void written.push({ level, line, record }),
  })
  return { serverLog, written }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('the lines of each event are exactly the documented ones', () => {
  const { serverLog, written } = createServerLog()
  serverLog.userConnected(123)
  serverLog.statusBroadcast(123, true, 5)
  serverLog.frameReceived(123, 'NEW_MESSAGE')
  serverLog.messageStored('chat', 456, () => 5)
  serverLog.messageStored('support', 457, () => 5)
  serverLog.userDisconnected(123)
  serverLog.statusBroadcast(123, false, 4)
  serverLog.stats(5, 8)
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
  serverLog.close()
})

test('every record names its event first', () => {
  const { serverLog, written } = createServerLog()
  serverLog.listening('ws://127.0.0.1:1')
  serverLog.userConnected(123)
  serverLog.stats(1, 2)
  serverLog.failure('It broke', new Error('why'))
  expect(written.map(({ record }) => Object.keys(record)[0])).toEqual(written.map(() => 'event'))
  expect(written[1]!.record).toEqual({ event: 'user_connected', userId: 123 })
  serverLog.close()
})

test('a failure is an error line with its reason', () => {
  const { serverLog, written } = createServerLog()
  const error = new Error('disk full')
  serverLog.failure('3 messages were not stored', error)
  expect(written).toEqual([
    {
      level: 'error',
      line: '❌ WS: 3 messages were not stored: disk full',
      record: { event: 'failure', what: '3 messages were not stored', err: error },
    },
  ])
})

test('events beyond 200 in a second are summarised in one line', () => {
  const { serverLog, written } = createServerLog()
  for (let i = 1; i <= 250; i++) serverLog.userConnected(i)
  for (let i = 1; i <= 30; i++) serverLog.userDisconnected(i)
  expect(written).toHaveLength(200)
  vi.advanceTimersByTime(1_000)
  expect(written).toHaveLength(201)
  expect(written[200]).toMatchObject({
    line: '📈 WS: Not listed one by one: 50 connected, 30 disconnected',
    record: { event: 'summary', counts: { connected: 50, disconnected: 30 } },
  })
  serverLog.close()
})

test('the next second lists events one by one again', () => {
  const { serverLog, written } = createServerLog()
  for (let i = 1; i <= 300; i++) serverLog.userConnected(i)
  vi.advanceTimersByTime(1_000)
  serverLog.userConnected(301)
  expect(written.at(-1)!.line).toBe('🚀 WS: User 301 connected')
  vi.advanceTimersByTime(5_000)
  expect(written).toHaveLength(202)
  serverLog.close()
})

test('closing writes what was only counted and leaves no timer behind', () => {
  const { serverLog, written } = createServerLog()
  for (let i = 1; i <= 201; i++) serverLog.userConnected(i)
  serverLog.close()
  expect(written.at(-1)!.line).toBe('📈 WS: Not listed one by one: 1 connected')
  expect(vi.getTimerCount()).toBe(0)
})

test('lines that are not of single events are always written', () => {
  const { serverLog, written } = createServerLog()
  for (let i = 1; i <= 500; i++) serverLog.userConnected(i)
  serverLog.stats(500, 500)
  expect(written.at(-1)!.line).toBe('📊 WS Stats: 500 users, 500 connections')
  serverLog.close()
})

test('where info is off, single events are neither written nor counted', () => {
  const { serverLog, written } = createServerLog(false)
  for (let i = 1; i <= 500; i++) serverLog.userConnected(i)
  expect(vi.getTimerCount()).toBe(0)
  serverLog.close()
  expect(written).toEqual([])
})

test('frames are told at debug, pings, pongs and closes at trace', () => {
  const { serverLog, written } = createServerLog()
  const about = { direction: 'in', userId: 7, connection: 3, isControl: false } as const
  serverLog.frame(about, () => '{"type":"PING"}')
  serverLog.frame({ ...about, direction: 'out', isControl: true }, () => 'PONG (0 bytes)')
  expect(written).toEqual([
    {
      level: 'debug',
      line: '🔍 WS: in  user 7 connection 3: {"type":"PING"}',
      record: { event: 'frame_in', userId: 7, connection: 3, frame: '{"type":"PING"}' },
    },
    {
      level: 'trace',
      line: '🔍 WS: out user 7 connection 3: PONG (0 bytes)',
      record: { event: 'frame_out', userId: 7, connection: 3, frame: 'PONG (0 bytes)' },
    },
  ])
  serverLog.close()
})

test('frames beyond 1,000 in a second are summarised, and take nothing from other events', () => {
  const { serverLog, written } = createServerLog()
  const about = { direction: 'in', userId: 7, connection: 3, isControl: false } as const
  for (let i = 0; i < 1_010; i++) serverLog.frame(about, () => 'x')
  for (let i = 0; i < 200; i++) serverLog.userConnected(1)
  expect(written).toHaveLength(1_200)
  serverLog.close()
  expect(written.at(-1)!.line).toBe('📈 WS: Not listed one by one: 10 frames shown')
})

test('where debug is off, a frame is not even described', () => {
  const { serverLog, written } = createServerLog(false)
  const about = { direction: 'in', userId: 7, connection: 3, isControl: false } as const
  serverLog.frame(about, () => expect.unreachable())
  expect([serverLog.showsFrames, written]).toEqual([false, []])
})

/** What is counted → what causes it, and the records that list it. */
const EVENTS = {
  connected: { emit: (j: ServerLog) => j.userConnected(1), records: ['user_connected'] },
  disconnected: { emit: (j: ServerLog) => j.userDisconnected(1), records: ['user_disconnected'] },
  'status changes': {
    emit: (j: ServerLog) => j.statusBroadcast(1, true, 1),
    records: ['user_online'],
  },
  'frames received': {
    emit: (j: ServerLog) => j.frameReceived(1, 'X'),
    records: ['frame_received'],
  },
  'messages stored': {
    emit: (j: ServerLog) => j.messageStored('chat', 1, () => 1),
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
      const { serverLog, written } = createServerLog()
      const emitted = { ...EMPTY_COUNTS }
      for (const { what, times, thenMs } of bursts) {
        for (let i = 0; i < times; i++) EVENTS[what].emit(serverLog)
        emitted[what] += times
        vi.advanceTimersByTime(thenMs)
      }
      serverLog.close()
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
