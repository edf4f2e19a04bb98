import { expect, it } from 'vitest'
import { suggest } from '../../src/protocol/suggestion.ts'

const KNOWN = ['join', 'support', 'durationSeconds', 'delivery_ms']

it.each([
  ['jion', 'join'],
  ['suport', 'support'],
  ['SUPPORT', 'support'],
  ['durationS', 'durationSeconds'],
  ['delivry_ms', 'delivery_ms'],
])('takes %s for %s', (word, meant) => {
  expect(suggest(word, KNOWN)).toBe(meant)
})

it.each(['', 'xyz', 'x'.repeat(1000)])('makes nothing of %j', (word) => {
  expect(suggest(word, KNOWN)).toBeUndefined()
})
