import { createClient } from '@libsql/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnServer } from '../../../src/bench/host/own-server.ts'
import type { BenchResult } from '../../../src/bench/result/bench-result.ts'
import { runBench } from '../../../src/bench/run/run-bench.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { Generator } from '../../../src/bench/worker/generator.ts'
import { readFrames } from '../../../src/cli/read-frames.ts'
import {
  altered,
  type Fault,
  inFragments,
  isMessage,
  misroute,
  onEvery,
  onMessages,
  onMessagesOfAll,
  onThose,
  type Passing,
  swapChats,
  tamperWith,
  withFirstByte,
  withLength,
} from '../../support/faults.ts'
import { startServer, type TestServer } from '../../support/start-server.ts'
import {
  startTamperingProxy,
  type TamperingOptions,
  type TamperingProxy,
} from '../../support/tampering-proxy.ts'
import { untilQuiet } from '../../support/until-quiet.ts'
import { NOTHING_WRONG } from '../report/sample-result.ts'

const RUNS = 7

const RAMP = { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 }
/** Time for everyone to be there before the first message, however slow the machine. */
const SETTLE = { name: 'settle', durationSeconds: 3, load: 0 }
const STEADY = { name: 'steady', durationSeconds: 1 }

/** 18 connections, and 60 messages. */
const SCENARIO = {
  name: 'faults',
  users: { count: 6, connections: [{ count: 3, weight: 1 }] },
  phases: [RAMP, SETTLE, STEADY],
  behaviours: [{ name: 'b', send: [{ ratePerSecond: 40 }, { to: 'support', ratePerSecond: 20 }] }],
}

/** One for each run, and there before any begins: starting them takes time from those that run. */
const servers: TestServer[] = []
const started: TestServer[] = []
beforeAll(async () => {
  for (let count = 0; count < RUNS; count++) started.push(await startServer({ database: 'sqlite' }))
  servers.push(...started)
})
afterAll(async () => {
  for (const server of started) await server.close()
})

interface Plant extends Pick<TamperingOptions, 'tamperStats'> {
  /** In what the server sends; each must happen. */
  readonly faults?: readonly Fault[]
  /** In what clients send. */
  readonly sentFaults?: readonly Fault[]
  readonly scenario?: object
  readonly workers?: number
  readonly ownServer?: (proxy: TamperingProxy, server: TestServer) => OwnServer
  /** Hears of the proxy before the run begins. */
  readonly onProxy?: (proxy: TamperingProxy) => void
}

/** Plays a scenario through a proxy that plants faults. */
async function play(plant: Plant): Promise<BenchResult> {
  const { faults = [], sentFaults = [], tamperStats } = plant
  const server = servers.pop()!
  const proxy = await startTamperingProxy(`${server.url}/`, tamperWith(faults), {
    tamperSent: tamperWith(sentFaults) as NonNullable<TamperingOptions['tamperSent']>,
    ...(tamperStats ? { tamperStats } : {}),
  })
  plant.onProxy?.(proxy)
  const result = await runBench(Scenario.parse({ ...SCENARIO, ...plant.scenario }), {
    url: proxy.url,
    ...(plant.ownServer ? { ownServer: plant.ownServer(proxy, server) } : {}),
    signal: new AbortController().signal,
    workers: plant.workers ?? 1,
    launch: (setup) => new Generator(setup),
    shard: { index: 0, count: 1 },
    onProgress: () => {},
    budget: untilQuiet(proxy),
  }).finally(() => proxy.close())
  for (const [index, { planted }] of [...faults, ...sentFaults].entries())
    expect(planted, `planted by fault ${index}`).toBeGreaterThan(0)
  return result
}

/** Holds everything that the audit counts against what was planted. */
function expectAudit({ audit }: BenchResult, found: object): void {
  const { sent: _, acknowledged: __, delivered: ___, ...rest } = audit
  expect(rest).toEqual({ ...NOTHING_WRONG, ...found })
}

const sum = (...faults: Fault[]) => faults.reduce((all, { planted }) => all + planted, 0)

/** Notes what is told by the frames that `isMeant`, and leaves them as they are. */
function watch(isMeant: (passing: Passing) => boolean, note: (passing: Passing) => void): Fault {
  return {
    planted: 0,
    tamper(passing) {
      if (isMeant(passing)) {
        this.planted += 1
        note(passing)
      }
      return undefined
    },
  }
}

const isA =
  (type: string, of: Partial<Passing> = {}) =>
  (passing: Passing) =>
    passing.type === type &&
    Object.entries(of).every(([name, value]) => passing[name as keyof Passing] === value)

const isOf = (passing: Passing, userId: number) => passing.frame.includes(`"userId":${userId},`)

const presence = (type: string, userId: number) =>
  JSON.stringify({ type, userId, timestamp: '2026-01-01T00:00:00.000Z' })

/** Keeps from a user's connections that another user came or went. */
function hide(type: 'USER_ONLINE' | 'USER_OFFLINE', of: number, from: number): Fault {
  const hidden = new Set<number>()
  return {
    planted: 0,
    tamper(passing) {
      if (!isA(type, { userId: from })(passing) || !isOf(passing, of)) return undefined
      this.planted = hidden.add(passing.connection).size
      return []
    },
  }
}

describe.concurrent('the audit counts exactly', () => {
  it('who was seen and not seen, falsely reported, held online for good, and left with a gap', async () => {
    const drop = onThose(
      [3],
      (passing) => isMessage(passing) && passing.userId === 5,
      () => [],
    )
    const hidden = hide('USER_ONLINE', 6, 1)
    // One leaves before the end and one at the end, while others still watch.
    const held = [hide('USER_OFFLINE', 5, 2), hide('USER_OFFLINE', 4, 3)]
    const told = new Set<number>()
    const flap = onEvery(
      (passing) =>
        isMessage(passing) && passing.userId === 1 && told.size < told.add(passing.connection).size,
      (frame) => [presence('USER_OFFLINE', 2), presence('USER_ONLINE', 2), frame],
    )
    const falseReport = onThose(
      [5],
      (passing) => isMessage(passing) && passing.userId === 4,
      (frame) => [presence('USER_OFFLINE', 3), frame],
    )
    const unlisted = onThose([1], isA('CONNECTION_ESTABLISHED', { userId: 3 }), (frame) => [
      altered(frame, /("online":\[.*)\b3\b,?/, '$1').replace(/,\]/, ']'),
    ])
    let outsiders = 0
    const ghost = onEvery(
      ({ type, userId }) => type === 'CONNECTION_ESTABLISHED' && userId > 6 && ++outsiders === 2,
      (frame) => [altered(frame, /"online":\[/, '"online":[2,')],
    )
    const result = await play({
      faults: [drop, hidden, ...held, flap, falseReport, unlisted, ghost],
      scenario: {
        phases: [
          { ...RAMP, users: 5 },
          ...[SETTLE, STEADY, SETTLE],
          { name: 'one leaves', durationSeconds: 0.1, users: 4, load: 0 },
          { name: 'another comes', durationSeconds: 0.5, users: 5, load: 0 },
        ],
      },
    })
    expectAudit(result, {
      missing: sum(drop),
      notSeenOnline: sum(hidden, falseReport, unlisted),
      notSeenOffline: sum(...held),
      falseOffline: sum(flap, falseReport),
      flaps: sum(flap),
      ghosts: sum(ghost),
      ambiguous: result.audit.ambiguous,
    })
  })

  it('what is not in the database, or not as it was sent, and what the server counts', async () => {
    let asked = 0
    const result = await play({
      tamperStats: ({ messagesStored, connections, ...stats }) => ({
        ...stats,
        messagesStored: Number(messagesStored) + (asked++ === 0 ? 0 : 7),
        connections: Number(connections) - 2,
      }),
      ownServer: ({ url }, server) => ({
        url,
        pid: undefined,
        down: async () => {},
        up: async () => {},
        async *readLog(after) {
          await spoil(server.databasePath)
          yield* readFrames(server.store, after)
        },
      }),
    })
    expectAudit(result, {
      notInDatabase: 3,
      differsFromDatabase: 2,
      serverDisagrees: [
        'the server counts 67 messages stored, its clients 60 acknowledged of 60',
        'the server counts 16 connections, its clients 18',
      ],
    })
  })

  it('what one connection, or all, were sent wrongly, of every kind', async () => {
    const greetings: string[] = []
    const noteGreetings = watch(isA('CONNECTION_ESTABLISHED'), ({ connection, frame }) => {
      greetings[connection] = frame
    })
    const drop = onMessages(1, [3, 7, 8], () => [])
    const repeat = onMessages(2, [3, 4], (frame) => [frame, frame])
    const swap = swapChats(3)
    const corrupt = [
      onMessages(4, [3], (frame) => [altered(frame, 'fox', 'box')]),
      onMessages(5, [3], (frame) => [altered(frame, /\.\d{3}Z/, '.9999Z')]),
      onMessages(6, [3], (frame) => [altered(frame, /chat_id":\d+/, 'chat_id":77')]),
      onMessages(7, [3], (frame) => [altered(frame, /offset":/, 'offset":1')]),
      onMessages(8, [3], (frame) => [altered(frame, /offset":\d+/, 'offset":1')]),
      onMessages(9, [3], (frame) => [frame.slice(1)]),
      onMessages(10, [3, 4], (frame) => [withFirstByte(frame, 0x40)]),
      onMessages(11, [3], (frame) => [withFirstByte(frame, 0x08)]),
      onMessages(12, [3], (frame) => [withFirstByte(frame, 0x80)]),
      onMessages(13, [3], (frame) => [withLength(frame, -20)]),
      onMessages(14, [3], (frame) => [withLength(frame, 300)]),
    ]
    const stray = misroute(isA('ACK'), 15)
    const strayGreeting = misroute(isA('CONNECTION_ESTABLISHED'), 16)
    const strayAnswer = onMessages(16, [6], (frame) => [frame, '{"type":"PONG","t":1}'])
    const repeatedGreeting = onMessages(17, [3], (frame) => [frame, greetings[17]!])
    const dropFragments = onMessages(18, [3], () => [])
    const cutFragments = onMessages(18, [4], (frame) => inFragments(frame, 50).slice(0, -1))
    const alterFragments = onMessages(18, [6], (frame) =>
      inFragments(altered(frame, 'fox', 'box'), 50),
    )
    // The last message of all is among those which nobody is sent. Those of all come long after those
    // of one: where only one is sent a message, nobody can tell that its offset is wrong.
    const dropForAll = onMessagesOfAll([50, 60], () => [])
    const repeatForAll = onMessagesOfAll([52], (frame) => [frame, frame])
    const alterForAll = onMessagesOfAll([54], (frame) => [altered(frame, 'fox', 'box')])
    // Each generator has connections that are sent the same, and one that is not.
    const odd = [1, 2, 4].map((userId) =>
      onThose(
        [75],
        (passing) => isMessage(passing) && passing.userId === userId,
        (frame) => [altered(frame, /\.\d{3}Z/, '.9999Z')],
      ),
    )
    const fragment = onEvery(isA('MESSAGE', { connection: 18 }), (frame) => inFragments(frame, 50))
    const result = await play({
      faults: [
        ...[noteGreetings, drop, repeat, swap, ...corrupt, stray, strayGreeting, strayAnswer],
        ...[repeatedGreeting, dropFragments, cutFragments, alterFragments],
        ...[dropForAll, repeatForAll, alterForAll, ...odd, fragment],
      ],
      workers: 2,
    })
    expectAudit(result, {
      missing: sum(drop, dropFragments, dropForAll),
      duplicate: sum(repeat, repeatedGreeting, repeatForAll),
      reordered: sum(swap),
      corrupt: sum(...corrupt, cutFragments, alterFragments, alterForAll, ...odd),
      misrouted: sum(stray, strayGreeting, strayAnswer),
    })
  })

  it('answers, and what was done to messages before they reached the server', async () => {
    const lost = onThose([2], isA('ACK'), () => [])
    const repeated = onThose([3], isA('ACK'), (frame) => [frame, frame])
    const wrong = [
      onThose([4], isA('ACK'), (frame) => [altered(frame, '"offset":', '"offset":1')]),
      onThose([5], isA('ACK'), (frame) => [altered(frame, '"id":', '"id":1')]),
    ]
    const garbled = onThose([6], isA('ACK'), (frame) => [altered(frame, /(client_id":")../, '$1')])
    const refused = onThose([7], isA('ACK'), (frame) => {
      const ref = JSON.parse(frame).client_id
      return [JSON.stringify({ type: 'ERROR', code: 'RATE_LIMITED', message: 'no', ref })]
    })
    // Of other messages than those whose answers are changed.
    const isSent = isA('NEW_MESSAGE')
    const lostBefore = onThose([30], isSent, () => [])
    const repeatedBefore = onThose([32], isSent, (frame) => [frame, frame])
    const alteredBefore = onThose([34], isSent, (frame) => [altered(frame, 'fox', 'ant')])
    let twice = ''
    const storedTwice = onThose([36], isSent, (frame) => {
      twice = JSON.parse(frame).content
      return [altered(frame, /,"client_id":"[^"]*"/, ''), frame]
    })
    const reached = new Set<number>()
    const secondTime = watch(
      (passing) =>
        isMessage(passing) &&
        JSON.parse(passing.frame).payload.content === twice &&
        reached.size === reached.add(passing.connection).size,
      () => {},
    )
    const garbage = watch(
      (passing) => isMessage(passing) && passing.frame.includes('brown ant'),
      () => {},
    )
    const result = await play({
      faults: [lost, repeated, ...wrong, garbled, refused, secondTime, garbage],
      sentFaults: [lostBefore, repeatedBefore, alteredBefore, storedTwice],
    })
    expectAudit(result, {
      unacknowledged: sum(lost, garbled, lostBefore),
      duplicate: sum(repeated, repeatedBefore, secondTime),
      wrongAcks: sum(...wrong),
      refused: sum(refused),
      errors: { 'RATE_LIMITED for a message': sum(refused) },
      corrupt: sum(garbled, garbage),
    })
  })

  it('connections that were lost, and what they missed or were sent again', async () => {
    let proxy: TamperingProxy | undefined
    const cut = [1, 2, 3, 4].map((connection) =>
      onMessages(connection, [5], (frame) => {
        proxy!.cut(connection)
        return [frame]
      }),
    )
    /** Those that resume, in the order in which they do. */
    const resumed: number[] = []
    const isResumed = (nth: number) => (passing: Passing) => {
      if (passing.isResuming && !resumed.includes(passing.connection))
        resumed.push(passing.connection)
      return resumed.indexOf(passing.connection) === nth
    }
    const isFirst = (nth: number) => (passing: Passing) =>
      isMessage(passing) && isResumed(nth)(passing)
    const drop = onThose([1], isFirst(0), () => [])
    const repeat = onThose([1], isFirst(1), (frame) => [frame, frame])
    let hasFailed = false
    let epoch = ''
    const noteEpoch = watch(isA('CONNECTION_ESTABLISHED'), ({ frame }) => {
      epoch = JSON.parse(frame).epoch
    })
    const lose = onEvery(
      (passing) => !hasFailed && isFirst(2)(passing),
      () => [],
    )
    const fail = onEvery(
      (passing) => passing.type === 'RESUMED' && isResumed(2)(passing),
      (frame) => {
        hasFailed = true
        return [JSON.stringify({ ...JSON.parse(frame), type: 'RESUME_FAILED', epoch })]
      },
    )
    const endless = onEvery(
      (passing) => passing.type === 'RESUMED' && isResumed(3)(passing),
      () => [],
    )
    const result = await play({
      faults: [...cut, noteEpoch, drop, repeat, lose, fail, endless],
      onProxy: (started) => {
        proxy = started
      },
    })
    const { lost } = result.audit
    expect(Object.values(lost).reduce((all, count) => all + count, 0)).toBe(sum(...cut))
    expectAudit(result, {
      lost,
      failedConnects: { 'never told that it resumed': sum(endless) },
      missing: sum(drop),
      duplicate: sum(repeat),
      resumeFailed: sum(lose),
    })
  })

  it('connections that are not greeted', async () => {
    const mute = onEvery(isA('CONNECTION_ESTABLISHED', { userId: 2 }), () => [])
    const scenario = { phases: [RAMP, SETTLE], behaviours: undefined }
    const result = await play({ faults: [mute], scenario })
    expectAudit(result, { failedConnects: { 'not greeted': sum(mute) } })
  })

  it('nothing where frames are only late, or come in parts', async () => {
    const late = [
      onMessages(2, [3, 9], (frame) => ({ delayMs: 150, frames: [frame] })),
      onThose([5], isA('ACK'), (frame) => ({ delayMs: 150, frames: [frame] })),
      onThose([2], isA('USER_ONLINE'), (frame) => ({ delayMs: 150, frames: [frame] })),
    ]
    const parts = onEvery(
      ({ connection }) => connection % 3 !== 2,
      (frame) => inFragments(frame, 40),
    )
    const result = await play({ faults: [...late, parts], workers: 2 })
    expectAudit(result, {})
    const { delivery_ms, skew_ms, ack_ms, presence_ms, presence_last_ms } = result.latencies
    for (const latency of [delivery_ms, ack_ms, presence_ms, presence_last_ms])
      expect(latency!.max).toBeGreaterThan(140)
    expect(skew_ms!.max).toBeGreaterThan(50)
  })
})

/** Deletes three messages of a database, and changes two. */
async function spoil(databasePath: string): Promise<void> {
  const database = createClient({ url: `file:${databasePath}` })
  const change = async (sql: string) => (await database.execute(sql)).rowsAffected
  expect(await change('DELETE FROM messages WHERE id IN (3, 9)')).toBe(2)
  expect(await change('DELETE FROM support_messages WHERE id = 4')).toBe(1)
  expect(await change('UPDATE messages SET chat_id = chat_id + 1 WHERE id = 5')).toBe(1)
  expect(await change("UPDATE messages SET file_type = 'a/b' WHERE id = 6")).toBe(1)
  database.close()
}
