import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bus, BusEvents, Topic } from '../../src/bus/bus.ts'
import { until } from '../support/until.ts'

/** The buses of one or more nodes that hear each other. */
export interface OpenBuses {
  readonly buses: readonly Bus[]
  /** Ends what they need besides themselves. */
  close(): Promise<void>
}

/** One event of each topic. */
const SAMPLES: BusEvents = {
  status: { userId: 1, isOnline: true, at: '2024-01-01T12:00:00.000Z' },
  activity: { userId: 2, isIdle: true, at: '2024-01-01T12:00:00.000Z' },
  typing: { userId: 3, chat: { kind: 'support', id: 7 }, isTyping: false },
  receipt: { userId: 4, chat: { kind: 'chat', id: 7 }, delivered: 9, read: 8 },
  kick: { userId: 5 },
  announcement: { text: 'Grüße, "all" 🚀\n', at: '2024-01-01T12:00:00.000Z' },
}

const TOPICS = Object.keys(SAMPLES) as Topic[]

/** What every bus does. */
export function describeBus(name: string, open: () => Promise<OpenBuses>): void {
  describe(name, () => {
    let nodes: OpenBuses
    beforeEach(async () => {
      nodes = await open()
    })
    afterEach(async () => {
      await Promise.all(nodes.buses.map((bus) => bus.close()))
      await nodes.close()
    })

    /** What each node is told of a topic from now on. */
    function listen<Name extends Topic>(topic: Name): BusEvents[Name][][] {
      return nodes.buses.map((bus) => {
        const told: BusEvents[Name][] = []
        bus.subscribe(topic, (event) => told.push(event))
        return told
      })
    }

    it.each(TOPICS)(
      'takes a %s to every node, the one that published it included',
      async (topic) => {
        const told = listen(topic)
        nodes.buses[0]!.publish(topic, SAMPLES[topic])
        await until(() => told.every(({ length }) => length > 0), 'every node')
        expect(told).toEqual(nodes.buses.map(() => [SAMPLES[topic]]))
      },
    )

    it('keeps the order of what one node publishes', async () => {
      const told = listen('kick')
      const userIds = Array.from({ length: 500 }, (_, i) => i + 1)
      for (const userId of userIds) nodes.buses[0]!.publish('kick', { userId })
      await until(() => told.every(({ length }) => length === userIds.length), 'all events')
      for (const events of told) expect(events.map(({ userId }) => userId)).toEqual(userIds)
    })

    it('calls every listener of a topic, and none of another', async () => {
      const bus = nodes.buses.at(-1)!
      const told: string[] = []
      bus.subscribe('kick', ({ userId }) => told.push(`first ${userId}`))
      bus.subscribe('kick', ({ userId }) => told.push(`second ${userId}`))
      bus.subscribe('status', () => told.push('status'))
      nodes.buses[0]!.publish('announcement', SAMPLES.announcement)
      nodes.buses[0]!.publish('kick', { userId: 5 })
      await until(() => told.length >= 2, 'both listeners')
      expect(told).toEqual(['first 5', 'second 5'])
    })

    it('takes an event that nobody listens for', async () => {
      const told = listen('kick')
      nodes.buses[0]!.publish('status', SAMPLES.status)
      nodes.buses[0]!.publish('kick', SAMPLES.kick)
      await until(() => told.every(({ length }) => length > 0), 'every node')
      expect(told).toEqual(nodes.buses.map(() => [SAMPLES.kick]))
    })

    it('tells nothing more once it is closed', async () => {
      const told = listen('kick')
      await Promise.all(nodes.buses.map((bus) => bus.close()))
      nodes.buses[0]!.publish('kick', SAMPLES.kick)
      await new Promise(setImmediate)
      expect(told.flat()).toEqual([])
    })
  })
}
