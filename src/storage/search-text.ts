import type { MessageEntry } from './entries.ts'
import type { FoundMessage } from './store.ts'

/** Letters, digits and the marks on them; everything else parts words. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu

/** How much of a message is shown before and in all around what was found. */
const BEFORE = 40
const LENGTH = 160

/** Words of a text that are searched for. */
const MAX_WORDS = 16

/**
 * The first 16 different words of a text, in lower case, but for those that begin another: what has
 * that one has them too.
 */
export function wordsOf(text: string): string[] {
  const words = [...new Set(text.toLowerCase().match(WORD))].slice(0, MAX_WORDS)
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)))
}

/** Whether each of `words` begins a word of a text. */
export function hasWords(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase()
  // Most texts lack one of them, which is seen sooner than where their words begin.
  if (!words.every((word) => lower.includes(word))) return false
  let missing = words
  for (const [own] of lower.matchAll(WORD)) {
    missing = missing.filter((word) => !own.startsWith(word))
    if (missing.length === 0) return true
  }
  return missing.length === 0
}

/** What is told of a message that was found by `words`. */
export function foundIn(
  { content, ...message }: MessageEntry,
  words: readonly string[],
): FoundMessage {
  return { ...message, snippet: snippetOf(content, words) }
}

/** The part of a message around the first word that begins with one of `words`. */
export function snippetOf(content: string, words: readonly string[]): string {
  const start = Math.max(0, firstFound(content, words) - BEFORE)
  const part = content.slice(start, start + LENGTH).toWellFormed()
  return `${start > 0 ? '…' : ''}${part}${start + LENGTH < content.length ? '…' : ''}`
}

/** Where the first word begins that begins with one of `words`; 0 where there is none. */
function firstFound(content: string, words: readonly string[]): number {
  for (const { 0: word, index } of content.matchAll(WORD)) {
    const lower = word.toLowerCase()
    if (words.some((wanted) => lower.startsWith(wanted))) return index
  }
  return 0
}
