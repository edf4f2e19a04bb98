import { expect, it } from 'vitest'
import type { OwnServer } from '../../../src/bench/host/own-server.ts'
import { validateTarget } from '../../../src/bench/run/validate-target.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { Population } from '../../../src/bench/schedule/population.ts'

const ownServer: OwnServer = {
  url: 'ws://127.0.0.1:1',
  pid: 1,
  down: async () => {},
  up: async () => {},
  async *readLog() {},
}

function check(changes: object, target: { ownServer?: OwnServer } = {}): void {
  const scenario = Scenario.parse({
    name: 'n',
    users: { count: 3 },
    phases: [{ name: 'steady', durationSeconds: 2, users: 3 }],
    ...changes,
  })
  validateTarget(scenario, target, new Population(scenario))
}

const needy = {
  phases: [{ name: 'outage', durationSeconds: 2, users: 3, chaos: { server: 'kill' } }],
  thresholds: { server_rss_mb: ['value<500'] },
}

it('refuses at once all that needs a server of its own where there is none', () => {
  expect(() => check(needy)).toThrow(
    /^The phase "outage" stops the server.*\nThe threshold on server_rss_mb needs a server that/,
  )
  expect(() => check(needy, { ownServer })).not.toThrow()
})

it('refuses a behaviour that no user has, so that nothing is left out without a word', () => {
  const behaviours = [
    { name: 'many', weight: 1000 },
    { name: 'few', weight: 0.001, send: [{ ratePerSecond: 1 }] },
  ]
  expect(() => check({ behaviours })).toThrow(
    /^None of the 3 users has the behaviour "few" \(behaviours\[1\]\): raise its weight/,
  )
  expect(() => check({ behaviours: [{ name: 'all' }] })).not.toThrow()
})
