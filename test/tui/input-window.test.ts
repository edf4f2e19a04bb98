import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { windowOf } from '../../src/tui/input-window.ts'

describe('windowOf', () => {
  it('a short line is shown whole', () => {
    expect(windowOf('hello', 2, 20)).toEqual({ text: 'hello', cursorColumn: 2 })
  })

  it('a long line is shown up to the cursor at its end', () => {
    expect(windowOf('abcdefghij', 10, 5)).toEqual({ text: 'ghij', cursorColumn: 4 })
  })

  it('line ends are visible', () => {
    expect(windowOf('a\nb', 3, 10)).toEqual({ text: 'a⏎b', cursorColumn: 3 })
  })

  it('the cursor and the text are within the columns, whatever the text', () => {
    const line = fc
      .array(fc.constantFrom('a', '世', '👩‍👩‍👧', 'é', '\n', ' '))
      .map((parts) => ({ text: parts.join(''), parts }))
    fc.assert(
      fc.property(line, fc.nat(), fc.integer({ min: 3, max: 12 }), ({ parts }, at, columns) => {
        const before = parts.slice(0, at % (parts.length + 1)).join('')
        const { text, cursorColumn } = windowOf(parts.join(''), before.length, columns)
        expect(stringWidth(text)).toBeLessThanOrEqual(columns)
        expect(cursorColumn).toBeLessThan(columns)
      }),
    )
  })
})
