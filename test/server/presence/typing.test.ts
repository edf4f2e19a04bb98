import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LocalBus } from '../../../src/bus/local-bus.ts'
import type { Chat } from '../../../src/protocol/chat.ts'
import { TypingTracker } from '../../../src/server/presence/typing.ts'

const CHAT: Chat = { kind: 'chat', id: 7 }

let told: [atMs: number, userId: number, isTyping: boolean][]
let tracker: TypingTracker
let startMs: number
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  told = []
  startMs = performance.now()
  const bus = new LocalBus()
  bus.subscribe('typing', ({ userId, isTyping }) =>
    told.push([Math.round(performance.now() - startMs), userId, isTyping]),
  )
  tracker = new TypingTracker(bus)
})
afterEach(() => vi.useRealTimers())

test('a change is told at once', () => {
  tracker.set(1, CHAT, true)
  tracker.set(2, CHAT, true)
  expect(told).toEqual([
    [0, 1, true],
    [0, 2, true],
  ])
})

test('of one user in very many chats a hundred are told, and others when those are over', () => {
  const typeIn = (from: number) => {
    for (let id = from; id < from + 5_000; id += 1) tracker.set(1, { kind: 'chat', id }, true)
  }
  typeIn(1)
  expect(told).toHaveLength(100)
  tracker.set(2, CHAT, true)
  expect(told).toHaveLength(101)
  tracker.leave(1)
  vi.advanceTimersByTime(2_500)
  told = []
  typeIn(10_000)
  expect(told).toHaveLength(100)
})

test('of more than a thousand users who stop, all are told, and no more than that in a turn', async () => {
  for (let userId = 1; userId <= 2_500; userId += 1) tracker.set(userId, CHAT, true)
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
  }
  vi.advanceTimersByTime(5_900)
  await turns(4)
  told = []
  vi.advanceTimersByTime(200)
  expect(told).toHaveLength(1_000)
  await turns(4)
  expect(told).toHaveLength(2_500)
})

test('to have stopped without having begun is no news', () => {
  tracker.set(1, CHAT, false)
  vi.advanceTimersByTime(10_000)
  expect(told).toEqual([])
})

test('who says nothing more has stopped after six seconds', () => {
  tracker.set(1, CHAT, true)
  vi.advanceTimersByTime(5_900)
  expect(told).toHaveLength(1)
  vi.advanceTimersByTime(500)
  expect(told.at(-1)).toEqual([expect.any(Number), 1, false])
  expect(told).toHaveLength(2)
})

test('who goes on is told again before it expires for those who listen, and never as stopped', () => {
  for (let i = 0; i < 40; i++) {
    tracker.set(1, CHAT, true)
    vi.advanceTimersByTime(500)
  }
  expect(told.every(([, , isTyping]) => isTyping)).toBe(true)
  const gaps = told.slice(1).map(([atMs], i) => atMs - told[i]![0])
  expect(Math.max(...gaps)).toBeLessThan(6_000)
  expect(told.length).toBeLessThan(10)
})

test('who goes on is told again by a clock that never stands still', () => {
  let nowMs = 0
  const repeats: boolean[] = []
  const bus = new LocalBus()
  bus.subscribe('typing', ({ isTyping }) => repeats.push(isTyping))
  const moving = new TypingTracker(bus, () => {
    nowMs += 0.001
    return nowMs
  })
  for (let i = 0; i < 3; i++) {
    moving.set(1, CHAT, true)
    nowMs += 3_000
  }
  expect(repeats).toEqual([true, true, true])
})

test('the end of it is told even when the beginning was told just before', () => {
  tracker.set(1, CHAT, true)
  tracker.set(1, CHAT, false)
  expect(told).toHaveLength(1)
  vi.advanceTimersByTime(1_300)
  expect(told.at(-1)![2]).toBe(false)
})

test('a user who loses a chat stops there, as soon as that may be told, and nowhere else', () => {
  tracker.set(1, CHAT, true)
  tracker.set(1, { kind: 'chat', id: 8 }, true)
  tracker.set(2, CHAT, true)
  told = []
  tracker.leaveChat(1, 'chat 7')
  tracker.leaveChat(3, 'chat 7')
  vi.advanceTimersByTime(1_250)
  expect(told).toEqual([[1_000, 1, false]])
})

test('a user who leaves stops in every chat', () => {
  tracker.set(1, CHAT, true)
  tracker.set(1, { kind: 'support', id: 7 }, true)
  tracker.set(2, CHAT, true)
  vi.advanceTimersByTime(1_500)
  tracker.leave(1)
  expect(told.slice(3).map(([, userId, isTyping]) => [userId, isTyping])).toEqual([
    [1, false],
    [1, false],
  ])
})

test('whatever a client says, one user and chat is told at most once a second, and the truth last', () => {
  const step = fc.record({ isTyping: fc.boolean(), passMs: fc.integer({ min: 0, max: 900 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      told = []
      startMs = performance.now()
      for (const { isTyping, passMs } of steps) {
        tracker.set(1, CHAT, isTyping)
        vi.advanceTimersByTime(passMs)
      }
      const gaps = told.slice(1).map(([atMs], i) => atMs - told[i]![0])
      expect(Math.min(1_000, ...gaps)).toBeGreaterThanOrEqual(999)
      vi.advanceTimersByTime(9_000)
      expect(told.at(-1)?.[2] ?? false).toBe(false)
    }),
    { numRuns: 100 },
  )
})
