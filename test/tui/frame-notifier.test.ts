import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FrameNotifier } from '../../src/tui/frame-notifier.ts'

describe('FrameNotifier', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const create = () => {
    const notifier = new FrameNotifier()
    const listener = vi.fn()
    notifier.subscribe(listener)
    return { notifier, listener }
  }

  it('the first change is told at once', () => {
    const { notifier, listener } = create()
    notifier.changed()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('a thousand changes a second are told about thirty times', () => {
    const { notifier, listener } = create()
    for (let ms = 0; ms < 1_000; ms++) {
      notifier.changed()
      vi.advanceTimersByTime(1)
    }
    expect(listener.mock.calls.length).toBeGreaterThan(25)
    expect(listener.mock.calls.length).toBeLessThan(35)
  })

  it('the last change is told though nothing follows it', () => {
    const { notifier, listener } = create()
    notifier.changed()
    notifier.changed()
    vi.advanceTimersByTime(1_000)
    expect(listener).toHaveBeenCalledTimes(2)
  })

  it('a change that someone waits for is told at once, and only once', () => {
    const { notifier, listener } = create()
    notifier.changed()
    notifier.changedNow()
    expect(listener).toHaveBeenCalledTimes(2)
    vi.advanceTimersByTime(1_000)
    expect(listener).toHaveBeenCalledTimes(2)
  })

  it('a change made by a listener is told in the next frame', () => {
    const { notifier, listener } = create()
    listener.mockImplementationOnce(() => notifier.changed())
    notifier.changed()
    expect(listener).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(40)
    expect(listener).toHaveBeenCalledTimes(2)
  })

  it('a listener that is removed is not told', () => {
    const notifier = new FrameNotifier()
    const listener = vi.fn()
    notifier.subscribe(listener)()
    notifier.changed()
    expect(listener).not.toHaveBeenCalled()
  })
})
