import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { type Due, Plan } from '../../../src/bench/schedule/plan.ts'
import { Population } from '../../../src/bench/schedule/population.ts'

const scenario = (changes: object) =>
  Scenario.parse({
    name: 'n',
    users: { count: 10 },
    phases: [
      { name: 'all', durationSeconds: 1e-6, users: 10, load: 0 },
      { name: 'steady', durationSeconds: 2 },
    ],
    ...changes,
  })

function actions(changes: object): Due[] {
  const given = scenario(changes)
  const plan = new Plan(given, new Population(given))
  const all: Due[] = []
  for (let due = plan.take(); due; due = plan.take()) all.push(due)
  return all
}

const sends = (changes: object) =>
  actions(changes).flatMap(({ dueUs, action }) =>
    action.kind === 'send' ? [{ dueUs, ...action }] : [],
  )
const sending = (...send: object[]) => ({ behaviours: [{ name: 'b', send }] })

describe('Plan', () => {
  it('spaces each stream evenly over the phases with load, and merges them in time', () => {
    const planned = sends(sending({ ratePerSecond: 3 }, { to: 'support', ratePerSecond: 1 }))
    const times = (kind: string) =>
      planned.flatMap(({ to, dueUs }) => (to === kind ? [Math.round(dueUs / 1e3)] : []))
    expect(times('chat')).toEqual([0, 333, 667, 1000, 1333, 1667])
    expect(times('support')).toEqual([0, 1000])
  })

  it('sends nothing while the load is 0, and more where it is more', () => {
    const phases = [
      { name: 'ramp', durationSeconds: 1, users: 10, load: 0 },
      { name: 'one', durationSeconds: 1 },
      { name: 'three', durationSeconds: 1, load: 3 },
    ]
    const counts = [0, 0, 0]
    for (const { dueUs } of sends({ phases, ...sending({ ratePerSecond: 100 }) }))
      counts[Math.floor(dueUs / 1e6)]! += 1
    expect(counts).toEqual([0, 100, 300])
  })

  it('spaces Poisson streams as independent events, at the same mean rate', () => {
    const phases = [
      { name: 'all', durationSeconds: 1e-6, users: 10, load: 0 },
      { name: 'long', durationSeconds: 100 },
    ]
    const planned = sends({ phases, ...sending({ ratePerSecond: 100, spacing: 'poisson' }) })
    expect(Math.abs(planned.length - 10_000)).toBeLessThan(400)
    const gaps = planned.slice(1).map(({ dueUs }, i) => dueUs - planned[i]!.dueUs)
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.9)
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.1)
  })

  it('brings users in even steps and takes the last ones away again', () => {
    const phases = [
      { name: 'up', durationSeconds: 1, users: 4 },
      { name: 'down', durationSeconds: 1, users: 2 },
    ]
    const moves = actions({ phases }).flatMap(({ dueUs, action }) =>
      action.kind === 'join' || action.kind === 'leave'
        ? [[Math.round(dueUs / 1e3), action.kind, action.user]]
        : [],
    )
    expect(moves).toEqual([
      [0, 'join', 0],
      [250, 'join', 1],
      [500, 'join', 2],
      [750, 'join', 3],
      [1000, 'leave', 3],
      [1500, 'leave', 2],
    ])
  })

  it('lets a sender type before it sends, in the same chat', () => {
    const planned = actions(sending({ ratePerSecond: 2, typingSeconds: 0.25 }))
    const typing = planned.flatMap(({ dueUs, action }) =>
      action.kind === 'typing' ? [[dueUs + 0.25e6, action.user, action.chat]] : [],
    )
    const sent = planned.flatMap(({ dueUs, action }) =>
      action.kind === 'send' ? [[dueUs, action.user, action.chat]] : [],
    )
    expect(sent).toHaveLength(4)
    expect(typing).toEqual(sent)
  })

  it('counts users that were to arrive when all were here', () => {
    const phases = [
      {
        name: 'rush',
        durationSeconds: 1,
        arrivals: { ratePerSecond: 19.5, spacing: 'constant', staySeconds: 1000 },
      },
    ]
    const planned = actions({ phases })
    expect(planned.filter(({ action }) => action.kind === 'join')).toHaveLength(10)
    expect(planned.filter(({ action }) => action.kind === 'turned-away')).toHaveLength(9)
  })

  it('follows from the seed, in order of time, with nobody acting who is away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(9), (seed, users) => {
        const changes = {
          seed,
          phases: [
            { name: 'a', durationSeconds: 1, users: users + 1 },
            {
              name: 'b',
              durationSeconds: 2,
              arrivals: { ratePerSecond: 5, rampTo: 20, staySeconds: 0.5 },
            },
          ],
          behaviours: [
            {
              name: 'busy',
              weight: 2,
              send: [{ ratePerSecond: 50, spacing: 'poisson', chats: 3, typingSeconds: 0.1 }],
              read: { intervalSeconds: 0.5 },
            },
            { name: 'fickle', churn: { onlineSeconds: 0.3, offlineSeconds: 0.2 } },
          ],
        }
        const planned = actions(changes)
        expect(planned).toEqual(actions(changes))
        const here = new Set<number>()
        let lastUs = 0
        for (const { dueUs, action } of planned) {
          expect(dueUs).toBeGreaterThanOrEqual(lastUs)
          lastUs = dueUs
          if (!('user' in action)) continue
          expect(here.has(action.user)).toBe(action.kind !== 'join')
          if (action.kind === 'join') here.add(action.user)
          if (action.kind === 'leave') here.delete(action.user)
        }
      }),
      { numRuns: 15 },
    )
  })
})

describe('Population', () => {
  it('gives as many users a count or a behaviour as its weight says, in a drawn order', () => {
    const connections = [
      { count: 1, weight: 70 },
      { count: 3, weight: 30 },
    ]
    const behaviours = [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 2 },
      { name: 'c', weight: 1 },
    ]
    const given = scenario({ users: { count: 1_000, connections }, behaviours })
    const { connectionsOf, connectionCount, behaviourOf } = new Population(given)
    expect(connectionsOf.filter((count) => count === 3)).toHaveLength(300)
    expect(connectionCount).toBe(700 + 3 * 300)
    expect([0, 1, 2].map((one) => behaviourOf.filter((other) => other === one).length)).toEqual([
      250, 500, 250,
    ])
    expect(new Set(behaviourOf.slice(0, 50)).size).toBe(3)
    const other = new Population(scenario({ ...given, seed: 2 }))
    expect(other.connectionCount).toBe(connectionCount)
    expect(other.connectionsOf).not.toEqual(connectionsOf)
  })

  it('shares few users out to the nearest, none of them twice', () => {
    const behaviours = ['a', 'b', 'c'].map((name) => ({ name, weight: 1 }))
    for (const [count, most] of [
      [1, 1],
      [4, 2],
      [5, 2],
      [6, 2],
    ] as const) {
      const { behaviourOf } = new Population(scenario({ users: { count }, behaviours }))
      const sizes = [0, 1, 2].map((one) => behaviourOf.filter((other) => other === one).length)
      expect(sizes.reduce((a, b) => a + b)).toBe(count)
      expect(Math.max(...sizes)).toBe(most)
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(Math.floor(count / 3))
    }
  })

  it('knows users by the ids of a feed', () => {
    const phases = [{ name: 'p', durationSeconds: 1 }]
    const feed = [70, 50, 60].map((userId) => ({ userId, token: `t${userId}` }))
    const population = new Population(scenario({ users: { count: 3 }, phases }), feed)
    expect([0, 1, 2].map((user) => population.idOf(user))).toEqual([70, 50, 60])
    expect([50, 1, 60].map((id) => population.indexOf(id))).toEqual([1, -1, 2])
    expect(population.tokenOf(2)).toBe('t60')
  })
})
