import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Id, parseId } from '../../src/protocol/id.ts'

describe('parseId', () => {
  it('reads back every positive safe integer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
        expect(parseId(String(id))).toBe(id)
      }),
    )
  })

  it.each([
    ...['', '0', '-1', '+1', '01', '1.0', '1.5', '1e3', '0x10', ' 1', '1 ', '1\n', '１', 'NaN'],
    ...['Infinity', 'abc', '9007199254740992', '9999999999999999', '12345678901234567890'],
  ])('%j is not an id', (text) => {
    expect(parseId(text)).toBeUndefined()
  })

  it('returns only what it was given, to the letter, and what the schema accepts', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,20}$/)), (text) => {
        const id = parseId(text)
        if (id === undefined) return
        expect(String(id)).toBe(text)
        expect(Id.safeParse(id).success).toBe(true)
      }),
    )
  })
})

describe('Id', () => {
  it.each([1, 123, Number.MAX_SAFE_INTEGER])('%d is an id', (id) => {
    expect(Id.parse(id)).toBe(id)
  })

  it.each([
    ...[0, -1, 1.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, Number.POSITIVE_INFINITY],
    ...['1', 1n, null, undefined, true],
  ])('%s is not an id', (value) => {
    expect(Id.safeParse(value).success).toBe(false)
  })
})
