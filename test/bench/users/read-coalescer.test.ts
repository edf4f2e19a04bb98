import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nowUs } from '../../../src/bench/clock.ts'
import { ReadCoalescer } from '../../../src/bench/users/read-coalescer.ts'

class FakeSocket {
  isHeld = false
  releases = 0

  hold(): void {
    this.isHeld = true
  }

  release(): void {
    this.isHeld = false
    this.releases += 1
  }
}

let coalescer: ReadCoalescer
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'hrtime'] })
  coalescer = new ReadCoalescer()
})
afterEach(() => {
  coalescer.isActive = false
  vi.useRealTimers()
})

/** Reads as a socket would that is sent so many bytes a second; returns how long each hold took. */
function readAt(bytesPerS: number, times: number): number {
  for (let time = 0; time < times; time++) {
    const socket = new FakeSocket()
    coalescer.hold(socket, (bytesPerS * coalescer.holdUs) / 1e6, nowUs())
    while (socket.isHeld) vi.advanceTimersByTime(1)
  }
  return coalescer.holdUs / 1e3
}

describe('ReadCoalescer', () => {
  it('holds a socket, and releases it once', () => {
    const socket = new FakeSocket()
    coalescer.hold(socket, 1_000, nowUs())
    expect(socket.isHeld).toBe(true)
    vi.advanceTimersByTime(1_100)
    expect(socket).toMatchObject({ isHeld: false, releases: 1 })
  })

  it('holds until about 128 KiB have come, within 10 ms and a second', () => {
    expect(readAt(1_310_720, 100)).toBeCloseTo(100, -1)
    expect(readAt(1_000, 100)).toBeCloseTo(1_000, -1)
    expect(readAt(100_000_000, 100)).toBeLessThan(15)
  })

  it('lets no more than 64 MiB gather for all together', () => {
    const sockets = Array.from({ length: 6_400 }, () => new FakeSocket())
    const bytesPerS = 100_000
    for (let round = 0; round < 3; round++) {
      for (const socket of sockets)
        coalescer.hold(socket, (bytesPerS * coalescer.holdUs) / 1e6, nowUs())
      for (let ms = 0; ms < 1_100; ms += 10) vi.advanceTimersByTime(10)
    }
    expect(coalescer.holdUs / 1e3).toBeLessThan(150)
    expect(sockets.some(({ isHeld }) => isHeld)).toBe(false)
  })

  it('releases in the order of holding, some at a time', () => {
    const sockets = Array.from({ length: 100 }, () => new FakeSocket())
    for (const socket of sockets) coalescer.hold(socket, 48 * 1024, nowUs())
    const held = () => sockets.map(({ isHeld }) => isHeld)
    let seen = 0
    while (held().includes(true)) {
      vi.advanceTimersByTime(1)
      const released = held().indexOf(true)
      if (released < 0) break
      expect(held().slice(released)).not.toContain(false)
      seen = Math.max(seen, released)
    }
    expect(seen).toBeGreaterThan(0)
    expect(sockets.every(({ releases }) => releases === 1)).toBe(true)
  })

  it('holds one that went on before its time, to send, for as long as any other', () => {
    const [hasty, other] = [new FakeSocket(), new FakeSocket()]
    for (const socket of [hasty, other]) coalescer.hold(socket, 1_000, nowUs())
    while (other.isHeld) vi.advanceTimersByTime(1)
    const heldMs = coalescer.holdUs / 1e3
    coalescer.hold(hasty, 1_000, nowUs())
    hasty.release()
    vi.advanceTimersByTime(heldMs * 0.9)
    hasty.releases = 0
    coalescer.hold(hasty, 1_000, nowUs())
    vi.advanceTimersByTime(heldMs * 0.9)
    expect(hasty).toMatchObject({ isHeld: true, releases: 0 })
    vi.advanceTimersByTime(1_100)
    expect(hasty).toMatchObject({ isHeld: false, releases: 1 })
    vi.advanceTimersByTime(1_100)
    expect(hasty.releases).toBe(1)
  })

  it('releases all at once, and goes on holding', () => {
    const sockets = Array.from({ length: 50 }, () => new FakeSocket())
    for (const socket of sockets) coalescer.hold(socket, 1_000, nowUs())
    coalescer.releaseAll()
    expect(sockets.some(({ isHeld }) => isHeld)).toBe(false)
    coalescer.hold(sockets[0]!, 1_000, nowUs())
    for (let ms = 0; ms < 1_100; ms += 10) vi.advanceTimersByTime(10)
    expect(sockets.map(({ releases }) => releases)).toEqual([2, ...new Array(49).fill(1)])
  })

  it('releases all at once, and holds no more, when it is not active', () => {
    const sockets = Array.from({ length: 50 }, () => new FakeSocket())
    for (const socket of sockets) coalescer.hold(socket, 1_000, nowUs())
    coalescer.isActive = false
    expect(sockets.some(({ isHeld }) => isHeld)).toBe(false)
    const late = new FakeSocket()
    coalescer.hold(late, 1_000, nowUs())
    expect(late.isHeld).toBe(false)
  })

  it('forgets those that were released', () => {
    const sockets = Array.from({ length: 5_000 }, () => new FakeSocket())
    for (const socket of sockets) coalescer.hold(socket, 1_000, nowUs())
    for (let ms = 0; ms < 4_000; ms += 10) vi.advanceTimersByTime(10)
    const more = new FakeSocket()
    coalescer.hold(more, 1_000, nowUs())
    for (let ms = 0; ms < 1_100; ms += 10) vi.advanceTimersByTime(10)
    expect([...sockets, more].every(({ releases }) => releases === 1)).toBe(true)
  })
})
