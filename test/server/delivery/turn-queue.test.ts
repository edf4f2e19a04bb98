import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { TurnQueue } from '../../../src/server/delivery/turn-queue.ts'

test('one goes on in a turn, in the order in which they came', async () => {
  const gone: string[] = []
  const queue = new TurnQueue<string>((waiter) => gone.push(waiter))
  for (const waiter of ['a', 'b', 'a', 'c']) queue.add(waiter)
  for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c']]) {
    await turn()
    expect(gone).toEqual(expected)
  }
})

test('whoever waits twice has one turn', async () => {
  const gone: string[] = []
  const queue = new TurnQueue<string>((waiter) => gone.push(waiter))
  queue.add('a')
  queue.add('a')
  await turn()
  await turn()
  expect(gone).toEqual(['a'])
})

test('whoever waits again as it goes on has its turn behind the others', async () => {
  const gone: string[] = []
  const queue = new TurnQueue<string>((waiter) => {
    expect(queue.has(waiter)).toBe(false)
    gone.push(waiter)
    if (gone.length < 4) queue.add(waiter)
  })
  queue.add('a')
  queue.add('b')
  while (gone.length < 5) await turn()
  expect(gone).toEqual(['a', 'b', 'a', 'b', 'a'])
})
