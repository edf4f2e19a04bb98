import { escapeUnsafe } from '../protocol/escape-unsafe.ts'

/** Every mark that ends a line somewhere: LF, VT, FF, CR, NEL, U+2028, U+2029. */
const LINE_END = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/u

const LINE_ENDS = new RegExp(LINE_END, 'gu')

/** C0, DEL, C1, and the marks that reorder the text around them (embeddings, overrides, isolates). */
const UNSAFE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** `text` as one line in which nothing can control a terminal; line ends show as ⏎. */
export function sanitizeLine(text: string): string {
  return neutralize(text.replace(LINE_ENDS, '⏎'))
}

/** `text` split at its line ends, nothing in which can control a terminal. */
export function sanitizeLines(text: string): string[] {
  return text.split(LINE_END).map(neutralize)
}

/**
 * `value` as one line of JSON in which nothing can control a terminal. Of a frame that is nested too
 * deeply to be written, only its type.
 */
export function stringifySafely(value: object): string {
  try {
    return escapeUnsafe(JSON.stringify(value))
  } catch {
    const { type } = value as { type?: unknown }
    return escapeUnsafe(JSON.stringify({ type: String(type), problem: 'nested too deeply' }))
  }
}

function neutralize(text: string): string {
  return text.toWellFormed().replaceAll('\t', ' ').replace(UNSAFE, visible)
}

/** The picture of a C0 control or of DEL (␛ for ESC), and U+FFFD for the others. */
function visible(mark: string): string {
  const code = mark.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '␡' : '\ufffd'
}
