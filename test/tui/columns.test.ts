import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { columnsOf, eachGrapheme } from '../../src/tui/columns.ts'

const segmenter = new Intl.Segmenter()

function graphemesOf(text: string): string[] {
  const graphemes: string[] = []
  eachGrapheme(text, (start, end) => graphemes.push(text.slice(start, end)))
  return graphemes
}

const SCRIPTS = [
  'क्षमता परीक्षण',
  'ทำไมคำถามนี้จำเป็นต้องทำซ้ำ',
  'ທຳ ນ້ຳ',
  'கூட்டத்திற்கு',
  'ব্যস্ততা রয়েছে',
  'ക്ഷി',
  'ကြောင်',
  'ខ្មែរ',
  'ක්ෂ',
  '한국어 \u1112\u1161\u11ab\u1100\u116e\u11a8',
  'שָׁלוֹם',
  'e\u0301 a\u200bb',
  '世界 ｶﾞ',
  '👨‍👩‍👧 🇩🇪🇫🇷 👍🏽 ❤️ 1️⃣ 🏳️‍🌈 👩🏽‍💻 ☝🏽 ↔️ ©️ ⌚ ☃',
]

describe('columnsOf', () => {
  // What tmux 3.3a and the tables of wcwidth say; of emoji, what the widest terminal takes.
  it.each([
    ['ทำ', 2],
    ['ທຳ', 2],
    ['क्षि', 3],
    ['ना', 2],
    ['நான்', 3],
    ['ক্ষ', 2],
    ['ക്ഷി', 3],
    ['ကြောင်', 5],
    ['ខ្មែរ', 4],
    ['漢', 2],
    ['한', 2],
    ['\u1112\u1161\u11ab', 2],
    ['e\u0301', 1],
    ['a\u200bb', 2],
    ['a\u00adb', 3],
    ['שָׁלוֹם', 4],
    ['ｶﾞ', 2],
    ['❤', 1],
    ['❤️', 2],
    ['1️⃣', 2],
    ['🇩🇪', 2],
    ['👍🏽', 4],
    ['👨‍👩‍👧', 6],
    ['\u{1fae8}', 2],
  ])('%j takes %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns)
  })

  it.each(SCRIPTS)('nothing of %j is wider elsewhere', (text) => {
    for (const { segment } of segmenter.segment(text))
      expect(columnsOf(segment)).toBeGreaterThanOrEqual(stringWidth(segment))
  })
})

describe('eachGrapheme', () => {
  it.each(SCRIPTS)('breaks no grapheme of %j', (text) => {
    const graphemes = Array.from(segmenter.segment(text), ({ segment }) => segment)
    const ends = (parts: string[]) => parts.map((_, index) => parts.slice(0, index + 1).join(''))
    expect(ends(graphemes)).toEqual(expect.arrayContaining(ends(graphemesOf(text))))
    expect(graphemesOf(text).length).toBeGreaterThan(graphemes.length / 2)
  })

  it('visits all of any text, in order and with its columns', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(graphemesOf(text).join('')).toBe(text)
        const sum = graphemesOf(text).reduce((total, one) => total + columnsOf(one), 0)
        expect(columnsOf(text)).toBe(sum)
      }),
    )
  })
})
