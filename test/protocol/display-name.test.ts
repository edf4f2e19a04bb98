import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanName, displayName } from '../../src/protocol/display-name.ts'

const INVISIBLE = [
  ...['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u034f', '\u3164', '\u2800'],
  ...['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'],
  ...['\u061c', '\u200e', '\u200f', '\ufe0f', '\u{e0061}', '\0', '\u001b', '\u0085', '\ud800'],
]
const LETTERS = [
  'a',
  'Z',
  'é',
  'ß',
  'я',
  'λ',
  'ש',
  'م',
  'न',
  'ि',
  '漢',
  '한',
  'ก',
  '้',
  '1',
  '#',
  '-',
  "'",
]
const PICTURES = [
  '🙂',
  '❤️',
  '👍🏽',
  '👩‍👩‍👧',
  '🏳️‍🌈',
  '🇩🇪',
  '1️⃣',
  '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
]
const SPACES = [' ', '\t', '\n', '\u00a0', '\u2028', '\u3000']
const MARKS = ['\u0301', '\u0316', '\u0489', '\u20dd']

const tricky = fc
  .array(fc.constantFrom(...INVISIBLE, ...LETTERS, ...PICTURES, ...SPACES, ...MARKS), {
    maxLength: 24,
  })
  .map((parts) => parts.join(''))
const anyName = fc.oneof(tricky, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))

/** What may stand between the parts of a picture. */
const INSIDE_PICTURES =
  /(?<=\p{ExtPict}\p{EMod}?\ufe0f?)\u200d(?=\p{ExtPict})|(?<=[\p{ExtPict}#*\d])\ufe0f|[\u{e0030}-\u{e007a}]{1,6}\u{e007f}/gu

describe('cleanName', () => {
  it('leaves nothing that is not seen, reorders text, or ends a line', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const clean = cleanName(name) ?? 'x'
        expect(clean.replace(INSIDE_PICTURES, '')).not.toMatch(
          /[\p{DI}\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2800\p{Zl}\p{Zp}]/u,
        )
        expect(clean).not.toMatch(/^ | $| {2}|(?! )\p{Z}/u)
      }),
      { numRuns: 1_000 },
    )
  })

  it('leaves at most three marks on a letter, and none on nothing', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(cleanName(name) ?? '').not.toMatch(/\p{M}{4}|^\p{M}| \p{M}/u)
      }),
      { numRuns: 1_000 },
    )
    expect(cleanName(`a${'\u0301\u0316'.repeat(50)}b`)).toBe('\u00e1\u0316\u0316\u0316b')
  })

  it('changes nothing that it has cleaned', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const clean = cleanName(name)
        expect(clean === undefined ? undefined : cleanName(clean)).toBe(clean)
      }),
      { numRuns: 1_000 },
    )
  })

  it('changes no name without tricks', () => {
    const names = [
      'Anna',
      'José-María O’Neill',
      'Nguyễn Văn',
      'Łukasz',
      'Ωμέγα',
      'Пётр',
      'שרה',
      'نور',
      'नमस्ते',
      'สมหญิง',
      '漢字かな',
      '한글',
    ]
    for (const name of [...names, ...PICTURES, ...PICTURES.map((picture) => `Anna ${picture}`)])
      expect(cleanName(name)).toBe(name.normalize('NFC'))
  })

  it('finds nothing in what is not seen', () => {
    for (const name of ['', ' ', '\u200d', '\u0301', INVISIBLE.slice(0, -1).join('')])
      expect(cleanName(name)).toBeUndefined()
  })
})

describe('displayName', () => {
  it('is the name, and the id where there is none', () => {
    expect(displayName(12, ' An\u202ena\n', false)).toBe('Anna')
    for (const name of [undefined, '', '\u200b']) expect(displayName(12, name, false)).toBe('12')
  })

  it('has the id beside a name that another user has, or seems to', () => {
    expect(displayName(12, 'Anna', true)).toBe('Anna (#12)')
  })

  it.each([
    'Аnna',
    'Pаul',
    'Αnna',
    'Οskar B',
    '7',
    '#7',
    '７',
    '🙂',
    '...',
    'Anna (#7)',
    'Anna ＃7',
  ])('has the id beside %s', (name) => {
    expect(displayName(12, name, false)).toBe(`${cleanName(name)} (#12)`)
  })

  it.each(['Анна', 'Ελένη', '山田 Taro', 'Anna 2', 'C# Anna', 'Anna 🎉'])(
    'has none beside %s',
    (name) => {
      expect(displayName(12, name, false)).toBe(name)
    },
  )

  it('is never that of another user, whatever the one has for a name', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 1, max: 99 }), (name, id) => {
        const others = [displayName(100, undefined, false), displayName(100, 'Anna', true)]
        expect(others).not.toContain(displayName(id, name, false))
      }),
    )
    for (const name of ['100', 'Anna (#100)', 'Anna (＃100)'])
      expect(displayName(1, name, false)).toMatch(/ \(#1\)$/)
  })
})
