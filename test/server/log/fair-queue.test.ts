import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FairQueue } from '../../../src/server/log/fair-queue.ts'

interface Item {
  sender: number
  number: number
}

it('has every item taken once, those of a sender in order, and a batch in the order of arrival', () => {
  const step = fc.oneof(
    fc.record({ sender: fc.nat(4), count: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({ take: fc.nat(2_000) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const queue = new FairQueue<Item>()
      const next = [0, 0, 0, 0, 0]
      const arrived = new Map<Item, number>()
      let size = 0
      const take = (most: number) => {
        const taken = queue.takeWhile((_, count) => count < most)
        expect(taken.length).toBe(Math.min(most, size))
        size -= taken.length
        expect(queue.size).toBe(size)
        for (const [i, item] of taken.entries()) {
          if (i > 0 && arrived.get(item)! < arrived.get(taken[i - 1]!)!) throw new Error('order')
          if (item.number !== next[item.sender]!++) throw new Error(`not next of ${item.sender}`)
        }
      }
      const sent = [0, 0, 0, 0, 0]
      for (const one of steps)
        if ('take' in one) take(one.take)
        else
          for (let i = 0; i < one.count; i++) {
            const item = { sender: one.sender, number: sent[one.sender]!++ }
            arrived.set(item, arrived.size)
            queue.push(one.sender, item)
            size += 1
          }
      take(size)
      expect(next).toEqual(sent)
    }),
    { numRuns: 30 },
  )
})

it('takes what one has sent with the next batch, however much of others came before', () => {
  const queue = new FairQueue<string>()
  for (let i = 0; i < 5_000; i++) queue.push(1, `flood ${i}`)
  queue.push(2, 'one')
  const batch = queue.takeWhile((_, count) => count < 500)
  expect(batch).toHaveLength(500)
  expect(batch.at(-1)).toBe('one')
})

it('lets none wait for ever where more send than a batch has room for', () => {
  const queue = new FairQueue<number>()
  for (let sender = 0; sender < 30; sender++) queue.push(sender, sender)
  const seen = new Set<number>()
  for (let i = 0; i < 3; i++)
    for (const sender of queue.takeWhile((_, count) => count < 10)) {
      seen.add(sender)
      queue.push(sender, sender)
    }
  expect(seen.size).toBe(30)
})
