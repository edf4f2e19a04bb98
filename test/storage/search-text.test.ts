import { expect, test } from 'vitest'
import { hasWords, wordsOf } from '../../src/storage/search-text.ts'

test('words are searched for once, and not where they begin another', () => {
  expect(wordsOf('Hello hello HE help, he')).toEqual(['hello', 'help'])
  expect(wordsOf('a ab abc')).toEqual(['abc'])
  expect(wordsOf(Array.from({ length: 40 }, (_, i) => `w${100 + i}`).join(' '))).toHaveLength(16)
})

test('a text has words that begin its own, wherever they stand', () => {
  expect(hasWords('Hello, big World', ['wor', 'hel'])).toBe(true)
  expect(hasWords('Hello, big World', ['orl'])).toBe(false)
  expect(hasWords('Hello, big World', ['wor', 'ello'])).toBe(false)
  expect(hasWords('', ['x'])).toBe(false)
})
