/** Letters, digits and the marks on them; everything else parts words. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu

/** How much of a message is shown before and in all around what was found. */
const BEFORE = 40
const LENGTH = 160

/** The words of a text, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? []
}

/** The part of a message around the first word that begins with one of `words`. */
export function snippetOf(content: string, words: readonly string[]): string {
  const found = [...content.matchAll(WORD)].find(([word]) =>
    words.some((wanted) => word.toLowerCase().startsWith(wanted)),
  )
  const start = Math.max(0, (found?.index ?? 0) - BEFORE)
  const part = content.slice(start, start + LENGTH).toWellFormed()
  return `${start > 0 ? '…' : ''}${part}${start + LENGTH < content.length ? '…' : ''}`
}
