import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { wrapText } from '../../../src/tui/pane/wrap-text.ts'

const text = fc
  .array(fc.constantFrom('a', 'bc', ' ', '  ', '世界', '👩‍👩‍👧', 'é', 'e\u0301', '-'))
  .map((parts) => parts.join(''))

describe('wrapText', () => {
  it('no line is wider than asked for, and only spaces are lost', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 20 }), (input, columns) => {
        const lines = wrapText(input, columns)
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
        expect(lines.join('').replaceAll(' ', '')).toBe(input.replaceAll(' ', ''))
      }),
      { numRuns: 1_000 },
    )
  })

  it('a line is broken between words where that is possible', () => {
    expect(wrapText('one two three', 8)).toEqual(['one two', 'three'])
  })

  it('a word that fits no line is broken anywhere', () => {
    expect(wrapText('a abcdefgh', 4)).toEqual(['a', 'abcd', 'efgh'])
  })

  it('wide characters count as two columns and are not split', () => {
    expect(wrapText('世界世界', 5)).toEqual(['世界', '世界'])
  })

  it('text that fits stays as it is', () => {
    expect(wrapText('  two  spaces', 20)).toEqual(['  two  spaces'])
  })
})
