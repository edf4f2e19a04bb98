import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { layOutInput, positionAt } from '../../../src/tui/editor/input-layout.ts'

const SIZE = { columns: 11, maxRows: 3 }

describe('layOutInput', () => {
  it('an empty text is one empty row', () => {
    expect(layOutInput('', 0, SIZE)).toMatchObject({ rows: [''], cursorRow: 0, cursorColumn: 0 })
  })

  it('long lines break, and the cursor behind a full row stands on the next one', () => {
    const text = '0123456789abc'
    expect(layOutInput(text, 10, SIZE)).toMatchObject({
      rows: ['0123456789', 'abc'],
      cursorRow: 1,
      cursorColumn: 0,
    })
  })

  it('of many rows those around the cursor are shown', () => {
    const text = 'one\ntwo\nthree\nfour\nfive'
    expect(layOutInput(text, 0, SIZE)).toMatchObject({
      rows: ['one', 'two', 'three'],
      cursorRow: 0,
    })
    expect(layOutInput(text, 9, SIZE)).toMatchObject({
      rows: ['one', 'two', 'three'],
      cursorRow: 2,
    })
    expect(layOutInput(text, text.length, SIZE)).toMatchObject({
      rows: ['three', 'four', 'five'],
      cursorRow: 2,
      cursorColumn: 4,
    })
  })

  it('wide characters take two columns', () => {
    expect(layOutInput('世界世界世界', 6, SIZE)).toMatchObject({
      rows: ['世界世界世', '界'],
      cursorRow: 1,
      cursorColumn: 2,
    })
  })

  it('control characters are drawn as marks', () => {
    expect(layOutInput('a\x1b[2J', 0, SIZE).rows).toEqual(['a␛[2J'])
  })

  it('a line of a megabyte shows the end that is being typed', () => {
    const text = `${'x'.repeat(1_000_000)}end`
    const { rows } = layOutInput(text, text.length, SIZE)
    expect(rows).toHaveLength(3)
    expect(rows.join('')).toMatch(/end$/)
  })

  it('rows fit, the cursor is among them, and up and down lead to the rows beside it', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ' ', '世', '👍', '\n', '\x1b'),
      maxLength: 80,
    })
    fc.assert(
      fc.property(text, fc.nat(80), (typed, wanted) => {
        const starts = Array.from(new Intl.Segmenter().segment(typed), ({ index }) => index)
        const cursor = [...starts, typed.length][wanted % (starts.length + 1)]!
        const layout = layOutInput(typed, cursor, SIZE)
        expect(layout.rows.length).toBeLessThanOrEqual(SIZE.maxRows)
        for (const row of layout.rows) expect(stringWidth(row)).toBeLessThan(SIZE.columns)
        expect(layout.rows[layout.cursorRow]).toBeDefined()
        expect(layout.cursorColumn).toBeLessThan(SIZE.columns)
        if (layout.above !== undefined) expect(layout.above).toBeLessThan(cursor)
        if (layout.below !== undefined) expect(layout.below).toBeGreaterThan(cursor)
      }),
    )
  })
})

describe('positionAt', () => {
  it('finds the character at a column, and stops at the end of the line', () => {
    expect(positionAt('a世b', 0, 3)).toBe(2)
    expect(positionAt('ab\nc', 0, 9)).toBe(2)
  })
})
