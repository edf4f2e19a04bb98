import { expect, it } from 'vitest'
import { Roster } from '../../src/bench/roster.ts'

it('counts each user of the run once, whatever it is told', () => {
  const roster = new Roster(10, 3)
  for (const userId of [10, 10, 12]) roster.set(userId, true)
  expect(roster.count).toBe(2)
  roster.set(10, false)
  roster.set(10, false)
  expect(roster.count).toBe(1)
})

it('ignores users outside the run', () => {
  const roster = new Roster(10, 3)
  for (const userId of [9, 13, 1e9]) roster.set(userId, true)
  expect(roster.count).toBe(0)
})

it('counts where it differs from the truth', () => {
  const roster = new Roster(1, 4)
  roster.set(1, true)
  roster.set(4, true)
  expect(roster.differences((index) => index === 0 || index === 3)).toBe(0)
  expect(roster.differences((index) => index < 2)).toBe(2)
})
