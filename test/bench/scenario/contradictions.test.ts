import { describe, expect, it } from 'vitest'
import { findContradictions } from '../../../src/bench/scenario/contradictions.ts'

const phase = { name: 'steady', durationSeconds: 1 }
const valid = { name: 'n', users: { count: 2 }, phases: [{ ...phase, users: 2 }] }

const found = (scenario: unknown) =>
  findContradictions(scenario).map(({ path, message }) => `${path.join('.')}: ${message}`)

describe('findContradictions', () => {
  it('finds none in a scenario that is right, in none at all, and in one that is wrong', () => {
    expect(found(valid)).toEqual([])
    for (const wrong of [undefined, 'text', [], {}, { phases: 3, behaviours: {}, thresholds: [] }])
      expect(found(wrong)).toEqual([])
    expect(found({ ...valid, phases: [{ ...phase, users: 'all' }] })).toEqual([])
  })

  it('chats have no more members than there are users, and none of support are beside them', () => {
    const support = { to: 'support', ratePerSecond: 1 }
    const chats = { count: 1, members: { min: 1, max: 3 } }
    expect(found({ ...valid, chats })).toEqual(['chats.members: must not exceed users.count (2)'])
    const behaviours = [{ name: 'b', send: [{ ratePerSecond: 1 }, support], typing: support }]
    const reason = 'must not be "support" beside "chats": of support chats only agents read all'
    expect(found({ ...valid, chats: { count: 1, members: 2 }, behaviours })).toEqual([
      `behaviours.0.send.1.to: ${reason}`,
      `behaviours.0.typing.to: ${reason}`,
    ])
    expect(found({ ...valid, behaviours })).toEqual([])
  })

  it.each([
    [{ ...phase, users: 3 }, 'phases.0.users: must not exceed users.count (2)'],
    [
      { ...phase, users: 1, arrivals: { ratePerSecond: 1, staySeconds: 1 } },
      'phases.0.arrivals: must not stand beside users: a phase is closed or open',
    ],
    [
      { ...phase, users: 1, chaos: { server: 'kill', downSeconds: 1 } },
      'phases.0.chaos.downSeconds: must be less than the durationSeconds of its phase (1)',
    ],
  ])('finds what contradicts itself in a phase: %#', (contradictory, problem) => {
    expect(found({ ...valid, phases: [contradictory] })).toEqual([problem])
  })

  it('finds that nobody ever connects', () => {
    const empty = { ...phase, users: 0 }
    expect(found({ ...valid, phases: [phase, empty] }).join()).toMatch(/^phases: nobody ever conn/)
    const arrivals = { ratePerSecond: 1, staySeconds: 1 }
    expect(found({ ...valid, phases: [{ ...phase, arrivals }] })).toEqual([])
  })

  it('finds thresholds of what is never measured, whatever is said of it', () => {
    const thresholds = { connect_ms: [], ack_ms: [], http_ms: [], expectations_missed: [] }
    expect(found({ ...valid, behaviours: [{ name: 'b' }], thresholds })).toEqual([
      'thresholds.ack_ms: is never measured: no behaviour sends any message',
      'thresholds.http_ms: is never measured: the scenario has no "http"',
      'thresholds.expectations_missed: is never measured: no behaviour has "expect"',
    ])
    const behaviours = [
      {
        name: 'b',
        converse: { thinkSeconds: { min: 0, max: 1 } },
        expect: [{ after: 'send', frame: 'ACK', withinMs: 1 }],
      },
    ]
    const http = { requests: [{ path: '/' }] }
    expect(found({ ...valid, behaviours, http, thresholds })).toEqual([])
    const idle = { ...valid, http: { ...http, idleSeconds: 0 }, thresholds: { http_idle_ms: [] } }
    expect(found(idle).join()).toMatch(/^thresholds\.http_idle_ms: is never measured/)
  })

  it('finds that nothing is measured when every phase is a warm-up', () => {
    const phases = [{ ...phase, users: 2, record: false }]
    expect(found({ ...valid, phases })).toEqual([])
    expect(found({ ...valid, phases, thresholds: { connect_ms: [] } })).toEqual([
      'thresholds: nothing is measured: every phase has "record": false',
    ])
  })
})
