import { describe, expect, it } from 'vitest'
import { TimedSample } from '../../../src/bench/users/timed-sample.ts'

const create = () => ({ state: 'open' as 'open' | 'away', receiver: { isTimed: false } })
type Fake = ReturnType<typeof create>
const isTimed = ({ receiver }: Fake) => receiver.isTimed

function offer(sample: TimedSample, count: number): Fake[] {
  const connections = Array.from({ length: count }, create)
  for (const connection of connections) sample.offer(connection)
  return connections
}

describe('TimedSample', () => {
  it('takes all as long as there are no more than it may', () => {
    expect(offer(new TimedSample(3), 3).every(isTimed)).toBe(true)
  })

  it.each([17, 50, 500, 4_321])('spreads evenly over %i that come one after the other', (count) => {
    const connections = offer(new TimedSample(16), count)
    const timed = [...connections.keys()].filter((index) => isTimed(connections[index]!))
    expect(timed).toHaveLength(16)
    // However many come, no gap is much longer than if they stood at equal distances.
    const gaps = [...timed, count].map((index, i) => index - (timed[i - 1] ?? -1))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2.7 * Math.ceil(count / 16))
  })

  it('gives the place of one that has left to the next', () => {
    const sample = new TimedSample(2)
    const [first, second] = offer(sample, 2) as [Fake, Fake]
    first.state = 'away'
    const [third] = offer(sample, 1) as [Fake]
    expect([first, second, third].map(isTimed)).toEqual([false, true, true])
  })

  it('gives one that came back no second place', () => {
    const sample = new TimedSample(2)
    const [first] = offer(sample, 1) as [Fake]
    sample.offer(first)
    const [second] = offer(sample, 1) as [Fake]
    expect([first, second].map(isTimed)).toEqual([true, true])
  })
})
