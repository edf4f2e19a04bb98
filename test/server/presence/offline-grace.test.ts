import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OfflineGrace } from '../../../src/server/presence/offline-grace.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => vi.useRealTimers())

function create(graceMs: number) {
  const gone: number[] = []
  return { gone, grace: new OfflineGrace(graceMs, (userId) => gone.push(userId)) }
}

test('without a grace a user is gone at once', () => {
  const { gone, grace } = create(0)
  grace.add(1)
  expect(gone).toEqual([1])
})

test('each user is gone when its own grace is over', () => {
  const { gone, grace } = create(1_000)
  grace.add(1)
  vi.advanceTimersByTime(600)
  grace.add(2)
  vi.advanceTimersByTime(500)
  expect(gone).toEqual([1])
  vi.advanceTimersByTime(600)
  expect(gone).toEqual([1, 2])
})

test('a user that came back is not gone, and may leave again', () => {
  const { gone, grace } = create(1_000)
  grace.add(1)
  grace.add(2)
  vi.advanceTimersByTime(900)
  expect([grace.cancel(1), grace.cancel(3)]).toEqual([true, false])
  vi.advanceTimersByTime(50)
  grace.add(1)
  vi.advanceTimersByTime(900)
  expect(gone).toEqual([2])
  vi.advanceTimersByTime(200)
  expect(gone).toEqual([2, 1])
})

test('when the server stops, nobody is waited for', () => {
  const { gone, grace } = create(1_000)
  grace.add(1)
  grace.flush()
  vi.advanceTimersByTime(5_000)
  expect(gone).toEqual([1])
})
