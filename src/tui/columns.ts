import stringWidth from 'string-width'

/** What is known of a code point: its columns, and what it belongs together with. */
const COLUMNS = 0b11
const JOINS_BEFORE = 1 << 2
const JOINS_AFTER = 1 << 3
const IS_FLAG_HALF = 1 << 4
const IS_KNOWN = 1 << 5

const known = new Uint8Array(0x110000)

/** No columns: marks on other letters, and what is not seen. */
const NO_COLUMN = /^[\p{Mn}\p{Me}\p{Cc}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]$/u

/** Of those, what terminals show all the same: the soft hyphen, and signs that go around numbers. */
const SHOWN_FORMAT = /^[\u00ad\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]$/u

/** Emoji, and code points that Unicode has set aside for such: those are wide once they are. */
const PICTOGRAPH = /^\p{Extended_Pictographic}$/u
const UNASSIGNED = /^\p{Cn}$/u

/** Marks, Thai and Lao AM, vowels and finals of Hangul, skin tones, and the zero-width joiner. */
const BELONGS_BEFORE =
  /^[\p{Grapheme_Extend}\p{Mc}\p{Emoji_Modifier}\u0e33\u0eb3\u1160-\u11ff\ud7b0-\ud7ff\u200d]$/u

/** The zero-width joiner, and the marks that make one character of two consonants. */
const BELONGS_AFTER =
  /^[\u200d\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2\u1a60\u1b44\u1bab\ua9c0\uaaf6]$/u

const FLAG_HALF = /^\p{Regional_Indicator}$/u

const EMOJI = /^\p{Emoji}/u

/** Asks for the coloured form of what stands before it. */
const EMOJI_FORM = 0xfe0f

/**
 * The columns that a text takes at most in any terminal. They count code points: few know that an
 * Indic conjunct, a family or a skin tone is one character. One that draws it on fewer columns leaves
 * some free; one that needs more than we think would draw over the edge. Measured in tmux 3.3a, which
 * counts as wcwidth does; the coloured form of an emoji takes two columns in others.
 */
export function columnsOf(text: string): number {
  let columns = 0
  eachGrapheme(text, (_start, _end, more) => {
    columns += more
  })
  return columns
}

/** A text on exactly so many columns: cut with `…`, or with spaces behind it. */
export function fitColumns(text: string, columns: number): string {
  const taken = columnsOf(text)
  if (taken <= columns) return text + ' '.repeat(columns - taken)
  let end = 0
  let used = 0
  eachGrapheme(text, (_start, behind, more) => {
    if (used + more <= columns - 1) end = behind
    used += more
  })
  const cut = `${text.slice(0, end)}…`
  return cut + ' '.repeat(Math.max(0, columns - columnsOf(cut)))
}

/**
 * Visits the graphemes of a text in their order, each by its place, in UTF-16 code units, and its
 * columns. Intl.Segmenter knows more of them, but needs 5 µs for each: 80 ms for a message of emoji.
 */
export function eachGrapheme(
  text: string,
  visit: (start: number, end: number, columns: number) => void,
): void {
  let start = 0
  let columns = 0
  let before = 0
  let isHalfFlag = false
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at)!
    const traits = known[code] || learn(code)
    const isSecondHalf: boolean = isHalfFlag && (traits & IS_FLAG_HALF) > 0
    const isJoined = (traits & JOINS_BEFORE) > 0 || ((before & JOINS_AFTER) > 0 && code >= 0x300)
    if (at > start && !isSecondHalf && !isJoined) {
      visit(start, at, columns)
      start = at
      columns = 0
    }
    const isWidened = code === EMOJI_FORM && columns === 1 && EMOJI.test(text.slice(start, at))
    columns += isWidened ? 1 : traits & COLUMNS
    isHalfFlag = (traits & IS_FLAG_HALF) > 0 && !isSecondHalf
    before = traits
    at += code > 0xffff ? 2 : 1
  }
  if (start < text.length) visit(start, text.length, columns)
}

function learn(code: number): number {
  const character = String.fromCodePoint(code)
  const traits =
    IS_KNOWN |
    measure(character) |
    (BELONGS_BEFORE.test(character) ? JOINS_BEFORE : 0) |
    (BELONGS_AFTER.test(character) ? JOINS_AFTER : 0) |
    (FLAG_HALF.test(character) ? IS_FLAG_HALF : 0)
  known[code] = traits
  return traits
}

function measure(character: string): number {
  if (SHOWN_FORMAT.test(character)) return 1
  if (NO_COLUMN.test(character)) return 0
  const isLaterEmoji = UNASSIGNED.test(character) && PICTOGRAPH.test(character)
  return isLaterEmoji || stringWidth(character) === 2 ? 2 : 1
}
