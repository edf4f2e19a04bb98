import { expect, it } from 'vitest'
import { runBench } from '../../../src/bench/run/run-bench.ts'
import { Chats } from '../../../src/bench/scenario/chats.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { Memberships } from '../../../src/bench/schedule/memberships.ts'
import { Generator } from '../../../src/bench/worker/generator.ts'
import {
  altered,
  type Fault,
  isMessage,
  onEvery,
  onThose,
  type Passing,
  tamperWith,
} from '../../support/faults.ts'
import { startServer } from '../../support/start-server.ts'
import { startTamperingProxy } from '../../support/tampering-proxy.ts'
import { untilQuiet } from '../../support/until-quiet.ts'
import { NOTHING_WRONG } from '../report/sample-result.ts'

const CHATS = { count: 2, members: 3 }

/** Everyone is in one of two chats, and sent what is written there: 60 messages in all. */
const SCENARIO = {
  name: 'leaks',
  users: { count: 6, connections: [{ count: 2, weight: 1 }] },
  chats: CHATS,
  phases: [
    { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 },
    { name: 'settle', durationSeconds: 3, load: 0 },
    { name: 'steady', durationSeconds: 1 },
  ],
  behaviours: [{ name: 'b', send: [{ ratePerSecond: 60 }] }],
}

const sum = (...faults: Fault[]) => faults.reduce((all, { planted }) => all + planted, 0)

async function play(faults: readonly Fault[], scenario: object = {}) {
  const server = await startServer({ database: 'sqlite', access: 'members' })
  const proxy = await startTamperingProxy(`${server.url}/`, tamperWith(faults))
  try {
    const result = await runBench(Scenario.parse({ ...SCENARIO, ...scenario }), {
      url: proxy.url,
      signal: new AbortController().signal,
      workers: 2,
      launch: (setup) => new Generator(setup),
      shard: { index: 0, count: 1 },
      onProgress: () => {},
      budget: untilQuiet(proxy),
    })
    for (const [index, { planted }] of faults.entries())
      expect(planted, `planted by fault ${index}`).toBeGreaterThan(0)
    const { sent: _, acknowledged: __, delivered: ___, ...audit } = result.audit
    return { result, audit }
  } finally {
    await proxy.close()
    await server.close()
  }
}

/** Who sees whom online depends on their chats, and is not judged. */
const UNJUDGED = { notSeenOnline: undefined, notSeenOffline: undefined, ghosts: undefined }

const offsetOf = (frame: string) => Number(/"offset":(\d+)/.exec(frame)?.[1])

it('what reaches a user that is not in its chat is leaked, each once', async () => {
  const { membersOf } = new Memberships(Chats.parse(CHATS), 6, 1)
  const chatOf = (userId: number) => membersOf.findIndex((users) => users.includes(userId - 1))
  const newest: string[] = []
  const last = new Map<number, number>()
  const leaked = new Set<number>()
  /** Puts the newest message of the other chat before one of the own, on each connection once. */
  const leak: Fault = {
    planted: 0,
    tamper(passing: Passing) {
      if (!isMessage(passing)) return undefined
      const { connection, userId, frame } = passing
      newest[chatOf(userId)] = frame
      const other = newest[1 - chatOf(userId)]
      const before = last.get(connection) ?? 0
      last.set(connection, offsetOf(frame))
      const fits =
        other && before > 0 && offsetOf(other) > before && offsetOf(other) < offsetOf(frame)
      if (!fits || leaked.has(connection)) return undefined
      this.planted = leaked.add(connection).size
      return [other, frame]
    },
  }
  const typing = onThose(
    [40, 45],
    (passing) => isMessage(passing) && newest[1 - chatOf(passing.userId)] !== undefined,
    (frame, { userId }) => {
      const { payload } = JSON.parse(newest[1 - chatOf(userId)]!)
      const { chat_id, sender_id } = payload
      return [frame, JSON.stringify({ type: 'TYPING', chat_id, userId: sender_id, typing: true })]
    },
  )
  const { audit, result } = await play([leak, typing])
  expect(audit).toEqual({ ...NOTHING_WRONG, ...UNJUDGED, leaked: sum(leak, typing) })
  expect(result.problems).toEqual([`${sum(leak, typing)} deliveries leaked`])
  expect(result.exitCode).toBe(98)
})

it('what members should have been sent and were not, again, out of order or altered is found', async () => {
  const drop = onThose([20, 21, 33], isMessage, () => [])
  const repeat = onThose([25, 36], isMessage, (frame) => [frame, frame])
  const alter = onThose([28], isMessage, (frame) => [altered(frame, 'fox', 'box')])
  let held: Passing | undefined
  /** Two messages of one connection, the second one first. */
  const swap: Fault = {
    planted: 0,
    tamper(passing) {
      if (!isMessage(passing) || this.planted > 0) return undefined
      if (!held) {
        held = passing
        return []
      }
      if (held.connection !== passing.connection) return undefined
      this.planted = 1
      return [passing.frame, held.frame]
    },
  }
  const hidden = new Set<string>()
  /** A message that none of its chat is sent: only its ACK tells of it. */
  const dropForAll = onEvery(
    (passing) => {
      if (!isMessage(passing)) return false
      const serial = /"bench:\w+:\w+\.(\w+):/.exec(passing.frame)?.[1]
      if (serial === '8') hidden.add(passing.frame)
      return hidden.has(passing.frame)
    },
    () => [],
  )
  const { audit } = await play([dropForAll, drop, repeat, alter, swap])
  expect(audit).toEqual({
    ...NOTHING_WRONG,
    ...UNJUDGED,
    missing: sum(drop, dropForAll),
    duplicate: sum(repeat),
    reordered: sum(swap),
    corrupt: sum(alter),
  })
})

it('members that leave, are removed, drop and come back are sent their part, and nothing is held against it', async () => {
  let removals = 0
  const watch: Fault = {
    planted: 0,
    tamper({ type, frame }) {
      if (type === 'MEMBERS_CHANGED' && frame.includes('"removed"')) this.planted = ++removals
      return undefined
    },
  }
  const { audit } = await play([watch], {
    chats: {
      count: 4,
      members: { min: 2, max: 4 },
      churn: { ratePerSecond: 10, awaySeconds: 0.5 },
    },
    phases: [
      ...SCENARIO.phases,
      {
        name: 'outage',
        durationSeconds: 2,
        chaos: { drop: 50, by: 'terminate', reconnectSeconds: 0.5 },
      },
    ],
  })
  expect(audit).toEqual({ ...NOTHING_WRONG, ...UNJUDGED, ambiguous: audit.ambiguous })
})
