import { wrapText } from './wrap-text.ts'

/**
 * How a part of a text looks. Each tone is one C1 control character in a marked text: it takes
 * no column, and sanitized text never contains one.
 */
const TONES = {
  plain: '\x9f',
  bold: '\x80',
  dim: '\x81',
  own: '\x82',
  mention: '\x83',
  notice: '\x84',
  marker: '\x85',
  selected: '\x86',
  match: '\x87',
  sender0: '\x90',
  sender1: '\x91',
  sender2: '\x92',
  sender3: '\x93',
  sender4: '\x94',
  sender5: '\x95',
} as const

export type Tone = keyof typeof TONES

/** A theme's select-graphic-rendition parameters for each tone; empty for none. */
export type ToneStyles = Readonly<Record<Tone, string>>

const PLAIN: string = TONES.plain

const TONE_BY_MARK = new Map<string, Tone>(
  Object.entries(TONES).map(([tone, mark]) => [mark, tone as Tone]),
)

const MARKS = /[\x80-\x9f]/g

/** Marks sanitized text with a tone; tones do not nest. */
export function mark(tone: Tone, text: string): string {
  return `${TONES[tone]}${text}${TONES.plain}`
}

/** Breaks a marked line into lines of at most `columns`; a tone goes on over a break. */
export function wrapMarked(text: string, columns: number): string[] {
  let open = ''
  return wrapText(text, columns).map((line) => {
    const begun = open
    const last: string | undefined = line.match(MARKS)?.at(-1)
    if (last !== undefined) open = last === PLAIN ? '' : last
    return `${begun}${line}${open === '' ? '' : PLAIN}`
  })
}

/** A marked line as what a terminal is sent; it ends with plain text. */
export function paintMarked(line: string, styles: ToneStyles): string {
  return line.replace(MARKS, (found) => {
    const tone = TONE_BY_MARK.get(found) ?? 'plain'
    if (tone === 'plain') return '\x1b[0m'
    return styles[tone] === '' ? '' : `\x1b[${styles[tone]}m`
  })
}

/** The text alone. */
export function stripMarks(line: string): string {
  return line.replace(MARKS, '')
}
