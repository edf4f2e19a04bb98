import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type CloseCode, retryAfterMs } from '../../../src/protocol/close-code.ts'
import { drain } from '../../../src/server/node/drain.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** Connections that close when they are asked to, and when they were, in milliseconds. */
function createSource(count: number) {
  const startMs = performance.now()
  const closed: { atMs: number; delayMs: number }[] = []
  const source = {
    connections: Array.from({ length: count }, () => ({
      close({ reason }: CloseCode) {
        source.connections.splice(source.connections.indexOf(this), 1)
        closed.push({ atMs: performance.now() - startMs, delayMs: retryAfterMs(reason)! })
      },
      terminate() {},
    })),
    flush: async () => {},
  }
  return { source, closed }
}

test('a few connections are closed at once, and asked back over a second', async () => {
  const { source, closed } = createSource(10)
  const drained = drain(source, 20_000, () => 0.5)
  await vi.runAllTimersAsync()
  expect(await drained).toBe(true)
  expect(new Set(closed.map(({ atMs }) => atMs))).toEqual(new Set([0]))
  expect(closed.map(({ delayMs }) => delayMs)).toEqual([
    50, 150, 250, 350, 450, 550, 650, 750, 850, 950,
  ])
})

test('many are closed in batches, 2,000 a second, and asked back as slowly', async () => {
  const { source, closed } = createSource(10_000)
  const drained = drain(source, 20_000)
  await vi.runAllTimersAsync()
  expect(await drained).toBe(true)
  expect(closed).toHaveLength(10_000)
  for (let second = 0; second < 5; second++) {
    const inSecond = (ms: number) => ms >= second * 1_000 && ms < (second + 1) * 1_000
    expect(closed.filter(({ atMs }) => inSecond(atMs)).length).toBeCloseTo(2_000, -3)
    expect(closed.filter(({ delayMs }) => inSecond(delayMs)).length).toBeCloseTo(2_000, -3)
  }
})

test('more than there is time for are closed in half of it', async () => {
  const { source, closed } = createSource(10_000)
  const drained = drain(source, 2_000)
  await vi.runAllTimersAsync()
  expect(await drained).toBe(true)
  expect(Math.max(...closed.map(({ atMs }) => atMs))).toBeLessThanOrEqual(1_000)
})

test('a connection that does not go is cut off', async () => {
  const stuck = { close: () => {}, terminate: vi.fn(() => void source.connections.pop()) }
  const source = { connections: [stuck], flush: async () => {} }
  const drained = drain(source, 20_000)
  await vi.runAllTimersAsync()
  expect(await drained).toBe(true)
  expect(stuck.terminate).toHaveBeenCalledOnce()
})

test('what is not stored by the end is told', async () => {
  const source = { connections: [], flush: () => new Promise<void>(() => {}) }
  const drained = drain(source, 20_000)
  await vi.runAllTimersAsync()
  expect(await drained).toBe(false)
})
