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

  const nameOf = (event: KeyEvent) =>
    event.type === 'key' ? event.name : 'text' in event ? event.text : event.type
  const read = () => {
    const input = new PassThrough()
    const names: string[] = []
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

  it.each([100, 2_500, 60_000])(
    'line ends of a paste that pauses for %i ms are never Enter',
    (ms) => {
      const { press, names, stop } = read()
      for (const chunk of ['\x1b[200~one\rtwo', '\rthree', '\r', 'four\r\x1b[20', '1~']) {
        press(chunk)
        vi.advanceTimersByTime(ms)
      }
      press('\r')
      expect(names.join('')).toBe('one\rtwo\rthree\rfour\renter')
      expect(names.indexOf('enter')).toBe(names.length - 1)
      stop()
    },
  )

  it.each([
    ['\x1b', 'escape'],
    ['\x03', 'c'],
  ])('%j by itself ends a paste whose end was lost', (chunk, name) => {
    const { press, names, stop } = read()
    press('\x1b[200~one')
    vi.advanceTimersByTime(3_000)
    press(chunk)
    vi.advanceTimersByTime(60)
    press('\r')
    expect(names).toEqual(['one', name, 'enter'])
    stop()
  })

  it('a paste goes on where ESC comes in it while it pauses', () => {
    const { press, names, stop } = read()
    press('\x1b[200~one')
    vi.advanceTimersByTime(3_000)
    press('two\x1b')
    vi.advanceTimersByTime(3_000)
    press('three\r')
    expect(names.join('')).toBe('onetwo\x1bthree\r')
    expect(names).not.toContain('enter')
    stop()
  })

  const SEQUENCES = [
    ...['\x1b[D', '\x1b[1;5C', '\x1b[3~', '\x1bOH', '\x1b[[A', '\x1b[<0;10;5M', '\x1b[<0;10;5m'],
    ...['\x1b[13;2u', '\x1b[I', '\x1b[O', '\x1b[200~a\rb\x1b[201~', '\x1b[27;5;13~', '\x1b[Z'],
  ]
  it.each(
    SEQUENCES.flatMap((sequence) =>
      Array.from({ length: sequence.length - 1 }, (_, at) => [sequence, at + 1] as const),
    ),
  )('%j cut after %i bytes and late is never text', (sequence, at) => {
    const { press, names, stop } = read()
    press(sequence.slice(0, at))
    vi.advanceTimersByTime(300)
    press(sequence.slice(at))
    vi.advanceTimersByTime(300)
    press('x')
    vi.advanceTimersByTime(3_000)
    const whole = read()
    whole.press(`${sequence}x`)
    // What ESC, or ESC and one character, mean by themselves may have been told before.
    expect(['escape', '[', 'O']).toEqual(
      expect.arrayContaining(names.slice(0, -whole.names.length)),
    )
    expect(names.slice(-whole.names.length)).toEqual(whole.names)
    stop()
    whole.stop()
  })

  it('a sequence that comes byte by byte, each late, is never text', () => {
    const { press, names, stop } = read()
    for (const byte of '\x1b[1;5D') {
      press(byte)
      vi.advanceTimersByTime(300)
    }
    expect(names).toEqual(['escape', 'left'])
    stop()
  })

  it('what is typed after the escape key is text', () => {
    const { press, names, stop } = read()
    for (const typed of ['\x1b', '[', 'x', '\x1b', 'O', 'K', '\x1b', '[', '\x1b', '[a]']) {
      press(typed)
      vi.advanceTimersByTime(typed === '[' ? 2_000 : 200)
    }
    expect(names.join(' ')).toBe('escape [ x escape O K escape [ escape [a]')
    stop()
  })

  it('the time for a sequence can be set', () => {
    const input = new PassThrough()
    const names: string[] = []
    const stop = readKeys(input, (events) => names.push(...events.map(nameOf)), 400)
    input.emit('data', Buffer.from('\x1b'))
    vi.advanceTimersByTime(300)
    input.emit('data', Buffer.from('b'))
    vi.advanceTimersByTime(3_000)
    expect(names).toEqual(['b'])
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
