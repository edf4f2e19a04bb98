import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type KeyEvent, readKeys } from '../../../src/tui/keys/key-parser.ts'

describe('readKeys', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const read = () => {
    const input = new PassThrough()
    const names: string[] = []
    const nameOf = (event: KeyEvent) =>
      event.type === 'key' ? event.name : 'text' in event ? event.text : event.type
    const stop = readKeys(input, (events) => names.push(...events.map(nameOf)))
    return { press: (text: string) => input.emit('data', Buffer.from(text)), names, stop }
  }

  it('ESC is the escape key once nothing follows it for a while', () => {
    const { press, names, stop } = read()
    press('\x1b')
    expect(names).toEqual([])
    vi.advanceTimersByTime(60)
    expect(names).toEqual(['escape'])
    stop()
  })

  it('a sequence that comes in two chunks is one key', () => {
    const { press, names, stop } = read()
    press('\x1b')
    vi.advanceTimersByTime(20)
    press('[A')
    vi.advanceTimersByTime(60)
    expect(names).toEqual(['up'])
    stop()
  })

  it('a paste may pause for longer than a key, and keys work again if its end is lost', () => {
    const { press, names, stop } = read()
    press('\x1b[200~one ')
    vi.advanceTimersByTime(500)
    press('two')
    vi.advanceTimersByTime(3_000)
    press('x')
    expect(names).toEqual(['one two', 'x'])
    stop()
  })

  it('no key comes after the end', () => {
    const { press, names, stop } = read()
    press('\x1b')
    stop()
    vi.advanceTimersByTime(60)
    press('a')
    expect(names).toEqual([])
  })
})
