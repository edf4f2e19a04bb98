import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Departures } from '../../../src/server/presence/offline-grace.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => vi.useRealTimers())

function create(graceMs: number) {
  const gone: number[] = []
  return { gone, departures: new Departures(graceMs, (userId) => gone.push(userId)) }
}

test('without a grace a user is gone at once', () => {
  const { gone, departures } = create(0)
  departures.add(1)
  expect(gone).toEqual([1])
})

test('each user is gone when its own grace is over', () => {
  const { gone, departures } = create(1_000)
  departures.add(1)
  vi.advanceTimersByTime(600)
  departures.add(2)
  vi.advanceTimersByTime(500)
  expect(gone).toEqual([1])
  vi.advanceTimersByTime(600)
  expect(gone).toEqual([1, 2])
})

test('a user that came back is not gone, and may leave again', () => {
  const { gone, departures } = create(1_000)
  departures.add(1)
  departures.add(2)
  vi.advanceTimersByTime(900)
  expect([departures.cancel(1), departures.cancel(3)]).toEqual([true, false])
  vi.advanceTimersByTime(50)
  departures.add(1)
  vi.advanceTimersByTime(900)
  expect(gone).toEqual([2])
  vi.advanceTimersByTime(200)
  expect(gone).toEqual([2, 1])
})

test('when the server stops, nobody is waited for', () => {
  const { gone, departures } = create(1_000)
  departures.add(1)
  departures.flush()
  vi.advanceTimersByTime(5_000)
  expect(gone).toEqual([1])
})
