import { describe, expect, it } from 'vitest'
import { TimedSample } from '../../../src/bench/generator/timed-sample.ts'
import { seededRandom } from '../../../src/bench/plan/seeded-random.ts'

const create = () => ({ state: 'open' as 'open' | 'away', receiver: { isTimed: false } })
const isTimed = ({ receiver }: ReturnType<typeof create>) => receiver.isTimed

describe('TimedSample', () => {
  it('takes all as long as there are no more than it may', () => {
    const sample = new TimedSample(3, seededRandom(1))
    const connections = [create(), create(), create()]
    for (const connection of connections) sample.offer(connection)
    expect(connections.every(isTimed)).toBe(true)
  })

  it('never takes more, and each as likely as any other', () => {
    const times = new Array(40).fill(0)
    for (let run = 0; run < 400; run++) {
      const sample = new TimedSample(10, seededRandom(run))
      const connections = times.map(create)
      for (const connection of connections) sample.offer(connection)
      expect(connections.filter(isTimed)).toHaveLength(10)
      for (const [index, connection] of connections.entries())
        if (isTimed(connection)) times[index] += 1
    }
    // 400 × 10 / 40 are 100; the standard deviation is 9.
    for (const count of times) expect(Math.abs(count - 100)).toBeLessThan(45)
  })

  it('gives the place of one that has left to the next', () => {
    const sample = new TimedSample(1, () => 0.999)
    const [first, second] = [create(), create()]
    sample.offer(first)
    sample.offer(second)
    expect([first, second].map(isTimed)).toEqual([true, false])
    first.state = 'away'
    sample.offer(second)
    expect([first, second].map(isTimed)).toEqual([false, true])
  })

  it('offers one that came back no second place', () => {
    const sample = new TimedSample(2, seededRandom(1))
    const [first, second] = [create(), create()]
    sample.offer(first)
    sample.offer(first)
    sample.offer(second)
    expect([first, second].map(isTimed)).toEqual([true, true])
  })
})
