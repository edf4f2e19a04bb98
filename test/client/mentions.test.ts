import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMentions } from '../../src/client/mentions.ts'

const shown = new Map([
  [1, 'Anna'],
  [2, 'Anna Maria'],
  [3, 'Bo (#3)'],
  [4, 'bo (#4)'],
  [5, '5'],
  [6, 'Ümit'],
  [7, '李雷'],
])
const find = (text: string, areOthers = false) => findMentions(text, { shown, areOthers })

describe('findMentions', () => {
  it.each([
    ['@Anna', [1]],
    ['hi @anna, and @ANNA', [1]],
    ['@Anna Maria!', [2]],
    ['@Annabel', []],
    ['@Anna_', []],
    ['me@Anna.org', []],
    ['(@Anna)', [1]],
    ['@Bo', []],
    ['@Bo (#3) @bo (#4)', [3, 4]],
    ['@2 @5 @7', [2, 5, 7]],
    ['@12 @01 @1x @0', []],
    ['@u\u0308mit', [6]],
    ['你好 @李雷，', [7]],
    ['@ Anna @', []],
    ['@@Anna', [1]],
  ])('finds in %s %j', (text, ids) => {
    expect(find(text)).toEqual(ids)
  })

  it('finds ids of others only where there may be others', () => {
    expect(find('@12')).toEqual([])
    expect(find('@12 @99999999999999999', true)).toEqual([12])
  })

  it('finds fifty at most', () => {
    const text = Array.from({ length: 80 }, (_, i) => `@${i + 100}`).join(' ')
    expect(find(text, true)).toEqual(Array.from({ length: 50 }, (_, i) => i + 100))
  })

  it('finds each user by what is shown, wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 7 })),
        fc.constantFrom(' ', ', ', '\n', ' – '),
        (ids, between) => {
          const text = ids.map((id) => `@${shown.get(id)}`).join(between)
          expect(find(text)).toEqual(ids)
        },
      ),
    )
  })

  it('throws at nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(find(`@${text}@`).length).toBeLessThanOrEqual(50)
      }),
    )
  })
})
