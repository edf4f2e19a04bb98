import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Agenda } from '../../../src/bench/schedule/agenda.ts'

it('gives everything back in order of time, and of adding where that is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const agenda = new Agenda<number>()
      for (const [index, time] of times.entries()) agenda.add(time, index)
      const taken: [number, number][] = []
      for (let item = agenda.take(); item; item = agenda.take())
        taken.push([item.dueUs, item.value])
      const sorted = times
        .map((time, index): [number, number] => [time, index])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      expect(taken).toEqual(sorted)
    }),
  )
})

it('forgets what is never due', () => {
  const agenda = new Agenda<string>()
  agenda.add(Number.POSITIVE_INFINITY, 'never')
  expect(agenda.take()).toBeUndefined()
})
