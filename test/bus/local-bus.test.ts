import { expect, it } from 'vitest'
import { LocalBus } from '../../src/bus/local-bus.ts'
import { describeBus } from './bus-contract.ts'

describeBus('the bus of a node that is alone', async () => ({
  buses: [new LocalBus()],
  close: async () => {},
}))

it('calls the listeners before publish returns, with the event itself', () => {
  const bus = new LocalBus()
  const told: unknown[] = []
  bus.subscribe('kick', (event) => told.push(event))
  const event = { userId: 1 }
  bus.publish('kick', event)
  expect(told[0]).toBe(event)
})
