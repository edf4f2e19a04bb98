import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookAlikeKeys } from '../../src/protocol/look-alikes.ts'

/** Letter → what may be taken for it. */
const LIKE: Readonly<Record<string, readonly string[]>> = {
  a: ['a', 'A', 'а', 'А', 'α', 'Α', 'á', 'ａ', '𝐚', 'ᴀ'],
  c: ['c', 'C', 'с', 'С', 'Ⅽ'],
  e: ['e', 'E', 'е', 'Е', 'ё', 'Ε'],
  h: ['h', 'H', 'Н', 'һ', 'Η'],
  i: ['i', 'I', 'l', '1', '|', 'і', 'ӏ', 'ι', 'ı', 'İ'],
  m: ['m', 'M', 'rn', 'м', 'М', 'Μ'],
  n: ['n', 'N', 'п', 'ո', 'ñ', 'Ν'],
  o: ['o', 'O', '0', 'о', 'О', 'ο', 'Ο', 'օ', 'ö', 'ø'],
  p: ['p', 'P', 'р', 'Р', 'ρ', 'Ρ'],
  t: ['t', 'T', 'т', 'Т', 'τ', 'Τ'],
  w: ['w', 'vv', 'ω', 'ԝ', 'W'],
  x: ['x', 'X', 'х', 'Х', 'χ', 'Χ'],
  y: ['y', 'Y', 'у', 'У', 'γ', 'Υ'],
}
const BETWEEN = ['', ' ', '_', '-', '.', '\u200b', '\u00ad', '\u202e', '·', '’']

const letters = Object.keys(LIKE)
const spelled = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 8 })
  .chain((word) =>
    fc.record({
      name: fc.constant(word.join('')),
      other: fc
        .tuple(
          ...word.map((letter) =>
            fc
              .tuple(fc.constantFrom(...LIKE[letter]!), fc.constantFrom(...BETWEEN))
              .map((two) => two.join('')),
          ),
        )
        .map((parts) => parts.join('')),
    }),
  )

function areAlike(one: string, other: string): boolean {
  const keys = new Set(lookAlikeKeys(one))
  return lookAlikeKeys(other).some((key) => keys.has(key))
}

describe('lookAlikeKeys', () => {
  it('share one for every spelling of a name in letters that look alike', () => {
    fc.assert(
      fc.property(spelled, ({ name, other }) => {
        expect(areAlike(name, other), `${name} ${other}`).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('are the same for a name in small and in capital letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const keys = lookAlikeKeys(name)
        if (keys.length > 0) expect(areAlike(name, name.toUpperCase()), name).toBe(true)
      }),
    )
    expect(areAlike('Ελένη', 'ΕΛΈΝΗ')).toBe(true)
    expect(areAlike('Σοφός', 'ΣΟΦΟΣ')).toBe(true)
  })

  it('are others for other names', () => {
    const names = [
      'Anna',
      'Hanna',
      'Anne',
      'Bernd',
      'Boris',
      'Борис',
      'Юля',
      'Ζωή',
      'नमन',
      'नीमन',
      'שרה',
      '山田',
      '🙂',
      '🙁',
    ]
    for (const one of names)
      for (const other of names) expect(areAlike(one, other), `${one} ${other}`).toBe(one === other)
  })

  it('are none for what has nothing to see', () => {
    for (const name of ['', ' ', '...', '\u200b', '\u2800']) expect(lookAlikeKeys(name)).toEqual([])
  })
})
