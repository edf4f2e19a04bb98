/**
 * What would end a line or drive a terminal: C0, DEL, C1, U+2028, U+2029, and the marks that reorder
 * the text around them (embeddings, overrides, isolates).
 */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** `text` as one line in which nothing can control a terminal: JSON stays JSON of the same value. */
export function escapeUnsafe(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSAFE, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
