import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CloseCode } from '../../../src/protocol/close-code.ts'
import { TokenExpiry } from '../../../src/server/delivery/token-expiry.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a connection is closed with 4503 when its token ends, others are not', () => {
  const open = [0, 1_500, 60_000].map((inMs) => ({
    expiresAtMs: inMs === 0 ? 0 : Date.now() + inMs,
    close: vi.fn(),
  }))
  const sweep = new TokenExpiry(() => open)
  sweep.start()
  vi.advanceTimersByTime(1_000)
  expect(open[1]!.close).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1_000)
  expect(open[1]!.close).toHaveBeenCalledWith(CloseCode.tokenExpired)
  vi.advanceTimersByTime(10_000)
  expect(open[0]!.close).not.toHaveBeenCalled()
  expect(open[2]!.close).not.toHaveBeenCalled()
  sweep.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('all may be closed at once, although each leaves the list as it is', () => {
  const open: { expiresAtMs: number; close: () => void }[] = []
  for (let i = 0; i < 100; i++)
    open.push({
      expiresAtMs: 1,
      close() {
        open.splice(open.indexOf(this), 1)
      },
    })
  const sweep = new TokenExpiry(() => open)
  sweep.start()
  vi.advanceTimersByTime(1_000)
  expect(open).toEqual([])
  sweep.stop()
})
