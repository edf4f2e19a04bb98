import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sanitizeLine, sanitizeLines, stringifySafely } from '../../src/tui/sanitize.ts'

/** Controls, line and paragraph separators, and the marks that reorder text. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** Text rich in what must not get through. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\x1b[2J', '\x1b]0;title\x07', '\r\n', '\u2028', '\u202e', '\u2066'),
      fc.constantFrom('\ud800', 'é', '世', '👩‍👩‍👧', '\u200f'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join(''))

describe('sanitizeLine', () => {
  it('nothing that controls a terminal or ends a line gets through', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const line = sanitizeLine(text)
        expect(line).not.toMatch(UNSAFE)
        expect(line.isWellFormed()).toBe(true)
        expect(sanitizeLine(line)).toBe(line)
      }),
    )
  })

  it('text without controls stays as it is', () => {
    const text = 'Grüße, 世界! 👩‍👩‍👧 שלום\u200f'
    expect(sanitizeLine(text)).toBe(text)
  })

  it('controls become visible marks', () => {
    expect(sanitizeLine('a\x1b[31m\tb\r\nc\x7f\x9b\u202e')).toBe('a␛[31m b⏎c␡\ufffd\ufffd')
  })
})

describe('sanitizeLines', () => {
  it('no line holds anything that controls a terminal', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(sanitizeLines(text).join('')).not.toMatch(UNSAFE)
      }),
    )
  })

  it('every mark that ends a line somewhere splits the text', () => {
    expect(sanitizeLines('a\nb\r\nc\rd\u2028e\u0085f')).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})

describe('stringifySafely', () => {
  it('reads back as the same value and holds nothing that controls a terminal', () => {
    fc.assert(
      fc.property(hostileText, (content) => {
        const line = stringifySafely({ content })
        expect(line).not.toMatch(UNSAFE)
        expect(JSON.parse(line)).toEqual({ content })
      }),
    )
  })

  it('of what is nested too deeply to be written it keeps the type', () => {
    const deep = JSON.parse(`${'['.repeat(60_000)}${']'.repeat(60_000)}`)
    const line = stringifySafely({ type: 'NEWER', deep })
    expect(JSON.parse(line)).toEqual({ type: 'NEWER', problem: 'nested too deeply' })
  })
})
