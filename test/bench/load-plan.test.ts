import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planConnections, planSends } from '../../src/bench/load-plan.ts'
import { Scenario } from '../../src/bench/scenario.ts'

const scenario = (changes: object) =>
  Scenario.parse({ name: 'n', users: { count: 10 }, durationSeconds: 2, ...changes })

describe('planSends', () => {
  it('spaces each kind evenly over the duration and merges them in time', () => {
    const plan = [
      ...planSends(scenario({ chat: { ratePerSecond: 3 }, support: { ratePerSecond: 1 } }), 4),
    ]
    expect(plan.map(({ kind, dueMs }) => [kind, Math.round(dueMs)])).toEqual([
      ['chat', 0],
      ['support', 0],
      ['chat', 333],
      ['chat', 667],
      ['chat', 1000],
      ['support', 1000],
      ['chat', 1333],
      ['chat', 1667],
    ])
    expect(plan.map(({ serial }) => serial)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('is empty without traffic', () => {
    expect([...planSends(scenario({}), 4)]).toEqual([])
  })

  it('stays within the connections and chats there are, and follows from the seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 9 }),
        (seed, connections, chats) => {
          const given = scenario({ seed, chat: { ratePerSecond: 20, chats } })
          const plan = [...planSends(given, connections)]
          expect(plan).toEqual([...planSends(given, connections)])
          for (const { sender, chatId } of plan) {
            expect(sender).toBeGreaterThanOrEqual(0)
            expect(sender).toBeLessThan(connections)
            expect(chatId).toBeGreaterThanOrEqual(1)
            expect(chatId).toBeLessThanOrEqual(chats)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('planConnections', () => {
  it('gives every user a count that the scenario names, in about the shares it states', () => {
    const counts = planConnections(
      scenario({
        users: {
          count: 10_000,
          connections: [
            { count: 1, weight: 70 },
            { count: 3, weight: 30 },
          ],
        },
      }),
    )
    const threes = counts.filter((count) => count === 3).length
    expect(counts.filter((count) => count === 1).length + threes).toBe(10_000)
    expect(threes).toBeGreaterThan(2_700)
    expect(threes).toBeLessThan(3_300)
  })
})
