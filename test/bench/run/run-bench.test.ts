import { afterEach, describe, expect, it } from 'vitest'
import { Generator } from '../../../src/bench/generator/generator.ts'
import type { BenchTarget } from '../../../src/bench/run/bench-target.ts'
import { runBench } from '../../../src/bench/run/run-bench.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { startServer, type TestServer } from '../../support/start-server.ts'
import { startTamperingProxy, type Tamper } from '../../support/tampering-proxy.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})

async function server(): Promise<TestServer> {
  const started = await startServer()
  open.push(started)
  return started
}

const scenario = (changes: object = {}) =>
  Scenario.parse({
    name: 'test',
    users: {
      count: 6,
      connections: [
        { count: 1, weight: 1 },
        { count: 2, weight: 1 },
      ],
    },
    phases: [
      { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 },
      { name: 'steady', durationSeconds: 0.5 },
    ],
    behaviours: [
      { name: 'b', send: [{ ratePerSecond: 40 }, { to: 'support', ratePerSecond: 20 }] },
    ],
    drainSeconds: 2,
    ...changes,
  })

/** Time for everyone to be there before the first message, however slow the machine. */
const SETTLED = [
  { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 },
  { name: 'settle', durationSeconds: 1.5, load: 0 },
  { name: 'steady', durationSeconds: 0.5 },
]

const FOUR_USERS = [
  { name: 'ramp', durationSeconds: 0.2, users: 4, load: 0 },
  { name: 'steady', durationSeconds: 0.5 },
]

function run(url: string, changes: object = {}, target: Partial<BenchTarget> = {}) {
  return runBench(scenario(changes), {
    url,
    signal: new AbortController().signal,
    workers: 1,
    launch: (setup) => new Generator(setup),
    shard: { index: 0, count: 1 },
    onProgress: () => {},
    ...target,
  })
}

/** Runs against a real server through a proxy. */
async function runTampered(tamper: Tamper, changes: object = {}) {
  const proxy = await startTamperingProxy(`${(await server()).url}/`, tamper)
  open.push(proxy)
  return run(proxy.url, changes)
}

/** Applies `change` to the third message that one connection is sent, and to nothing else. */
function oneMessage(change: (frame: string) => ReturnType<Tamper>, whose = 2): Tamper {
  let seen = 0
  return (frame, connection) => {
    if (connection !== whose || !frame.startsWith('{"type":"MESSAGE"')) return [frame]
    seen += 1
    return seen === 3 ? change(frame) : [frame]
  }
}

/** Swaps the third frame that is a message with the one after it. */
function oneSwap(whose: number): Tamper {
  let seen = 0
  let held = ''
  return (frame, connection) => {
    if (connection !== whose || !/^{"type":"(SUPPORT_)?MESSAGE"/.test(frame)) return [frame]
    seen += 1
    if (seen === 3) held = frame
    if (seen === 4) return [frame, held]
    return seen === 3 ? [] : [frame]
  }
}

/** Sends one connection the first answer that another one was given, too. */
function oneStrayAnswer(whose: number): Tamper {
  let stray: string | undefined
  return (frame, connection) => {
    if (frame.startsWith('{"type":"ACK"') && connection !== whose) stray ??= frame
    if (connection !== whose || !frame.startsWith('{"type":"MESSAGE"') || !stray) return [frame]
    const frames = stray === 'sent' ? [frame] : [frame, stray]
    stray = 'sent'
    return frames
  }
}

describe('runBench', () => {
  it('finds a sound server clean, and every message in its database', async () => {
    const { url, store } = await server()
    const result = await run(url, { phases: SETTLED }, { workers: 2 })
    expect(result.problems).toEqual([])
    expect(result.audit).toMatchObject({ sent: 30, acknowledged: 30 })
    expect(result.audit.delivered).toBe(30 * result.connections)
    expect(result.latencies.ack_ms?.count).toBe(30)
    expect(result.latencies.delivery_ms?.count).toBe(30 * result.connections)
    expect(result.latencies.skew_ms?.count).toBe(30)
    expect(result.values.amplification).toBe(result.connections)
    expect(await store.readAfter(0, 100)).toHaveLength(30)
  })

  it('times arrivals on as many connections as it should, and audits all', async () => {
    const { url } = await server()
    const audit = { timedConnections: 2 }
    const result = await run(url, { phases: SETTLED, audit })
    expect(result.problems).toEqual([])
    expect(result.timedConnections).toBe(2)
    expect(result.audit.delivered).toBe(30 * result.connections)
    expect(result.latencies.delivery_ms?.count).toBe(30 * 2)
    expect(result.values.deliveries_per_second).toBeGreaterThan(30 * 2)
  })

  it('leaves nobody online', async () => {
    const { url, lines } = await server()
    await run(url)
    const last = (userId: number) =>
      lines.filter((line) => line.includes(`User ${userId} is`)).at(-1)
    for (const userId of [1, 2, 3, 4, 5, 6])
      expect(last(userId)).toBe(`📡 WS: User ${userId} is OFFLINE`)
  })

  it('finds every kind of fault, each on another connection, and counts each exactly', async () => {
    const faults = [
      oneMessage(() => [], 1),
      oneMessage((frame) => [frame, frame], 2),
      oneMessage((frame) => [frame.replace('fox', 'box')], 3),
      oneMessage((frame) => [frame.slice(1)], 4),
      oneSwap(5),
      oneStrayAnswer(6),
      oneMessage((frame) => ({ delayMs: 150, frames: [frame] }), 7),
    ]
    const result = await runTampered(
      (frame, connection) => {
        const changes = faults.map((fault) => fault(frame, connection))
        const isFault = (change: ReturnType<Tamper>) =>
          !Array.isArray(change) || change.length !== 1 || change[0] !== frame
        return changes.find(isFault) ?? [frame]
      },
      { users: { count: 4, connections: [{ count: 2, weight: 1 }] }, phases: FOUR_USERS },
    )
    expect(result.problems).toEqual([
      '1 delivery missing',
      '1 delivery duplicate',
      '1 delivery out of order',
      '2 frames corrupt',
      '1 frame misrouted',
    ])
    expect(result.latencies.skew_ms!.max).toBeGreaterThan(50)
    expect(result.latencies.delivery_ms!.max).toBeGreaterThan(140)
  })

  it('finds nothing wrong with a server that is merely slow', async () => {
    const result = await runTampered(oneMessage((frame) => ({ delayMs: 150, frames: [frame] })))
    expect(result.problems).toEqual([])
  })

  it('finds a user that is never seen online, and one reported offline by mistake', async () => {
    const hidden = await runTampered((frame) =>
      frame.startsWith('{"type":"USER_ONLINE","userId":6') ? [] : [frame],
    )
    expect(hidden.problems.join()).toMatch(/times? a connected user was not seen online/)

    const flapped = await runTampered(
      oneMessage((frame) => [
        '{"type":"USER_OFFLINE","userId":6,"timestamp":"2026-01-01T00:00:00.000Z"}',
        '{"type":"USER_ONLINE","userId":6,"timestamp":"2026-01-01T00:00:00.000Z"}',
        frame,
      ]),
    )
    expect(flapped.problems).toEqual(['1 time a connected user was reported offline'])
    expect(flapped.audit.flaps).toBe(1)
  })

  it('finds a user that is held online after it left', async () => {
    const result = await runTampered((frame) =>
      frame.startsWith('{"type":"USER_OFFLINE","userId":6') ? [] : [frame],
    )
    expect(result.problems.join()).toMatch(/times? a user that had left was still seen online/)
  })

  it('finds a lost acknowledgement', async () => {
    let isDone = false
    const result = await runTampered((frame) => {
      if (isDone || !frame.startsWith('{"type":"ACK"')) return [frame]
      isDone = true
      return []
    })
    expect(result.problems).toEqual(['1 message never acknowledged'])
  })

  it('finds what was acknowledged and is not in the log, or is otherwise there', async () => {
    // After the first look and the users, the sixth connection is the one that reads the log.
    let seen = 0
    const proxy = await startTamperingProxy(`${(await server()).url}/`, (frame, connection) => {
      if (connection !== 5 || !frame.startsWith('{"type":"MESSAGE"')) return [frame]
      seen += 1
      if (seen === 2) return []
      return seen === 4 ? [frame.replace('.', '.0')] : [frame]
    })
    open.push(proxy)
    const ownServer = { url: proxy.url, pid: undefined, down: async () => {}, up: async () => {} }
    const changes = { users: { count: 4 }, phases: FOUR_USERS }
    const result = await run(proxy.url, changes, { ownServer })
    expect(result.problems).toEqual([
      '2 acknowledged messages not in the database',
      '1 event sent otherwise than stored',
    ])
  })

  it('loses nothing over dropped connections: they resume, and send again what was not answered', async () => {
    const phases = [
      { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 },
      { name: 'steady', durationSeconds: 0.2 },
      {
        name: 'storm',
        durationSeconds: 0.5,
        chaos: { drop: 100, reconnectSeconds: 0.2 },
      },
    ]
    const { url } = await server()
    const result = await run(url, { phases })
    expect(result.problems).toEqual([])
    expect(result.latencies.resume_ms?.count).toBeGreaterThan(0)
  })

  it('loses nothing over stalls, slow readers and users that come and go', async () => {
    const { url } = await server()
    const result = await run(url, {
      phases: [
        { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 },
        { name: 'stall', durationSeconds: 0.6, chaos: { stall: 50, seconds: 0.3 } },
      ],
      behaviours: [
        { name: 'busy', send: [{ ratePerSecond: 60 }] },
        { name: 'fickle', weight: 2, churn: { onlineSeconds: 0.2, offlineSeconds: 0.1 } },
        { name: 'slow', slowReader: { bytesPerSecond: 20_000 } },
      ],
    })
    expect(result.problems).toEqual([])
  })

  it('does not hold against the server what was under way when its sender left', async () => {
    const { url } = await server()
    const result = await run(url, {
      behaviours: [
        {
          name: 'hasty',
          send: [{ ratePerSecond: 200 }],
          churn: { onlineSeconds: 0.05, offlineSeconds: 0.02 },
        },
      ],
    })
    expect(result.problems).toEqual([])
    expect(result.audit.ambiguous).toBeGreaterThan(0)
  })

  it('lets users converse: the next message follows the ACK and some thought', async () => {
    const { url } = await server()
    const result = await run(url, {
      behaviours: [
        {
          name: 'talkers',
          converse: { thinkSeconds: { min: 0.01, max: 0.02 } },
          expect: [{ after: 'send', frame: 'ACK', withinMs: 5000 }],
        },
      ],
    })
    expect(result.problems).toEqual([])
    expect(result.audit.sent).toBeGreaterThan(6)
    expect(result.values.expectations_missed).toBe(0)
  })

  it('leaves warm-ups out of the figures, but not out of the audit', async () => {
    const { url } = await server()
    const phases = [
      { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 },
      { name: 'warm-up', durationSeconds: 0.3, record: false },
      { name: 'steady', durationSeconds: 0.3 },
    ]
    const result = await run(url, { phases })
    expect(result.audit.acknowledged).toBe(36)
    expect(result.latencies.ack_ms?.count).toBe(18)
    expect(result.problems).toEqual([])
  })

  it.each([
    ['timed on all', 16],
    ['timed on one', 1],
  ])('reports what it knows when the server dies in the middle, %s', async (_, timed) => {
    const target = await server()
    let isClosing = false
    const result = await run(
      target.url,
      {
        phases: [{ name: 'all', durationSeconds: 1.5, users: 6 }],
        drainSeconds: 0.5,
        audit: { timedConnections: timed },
      },
      {
        onSecond: () => {
          if (!isClosing) void target.close()
          isClosing = true
        },
      },
    )
    expect(result.audit.acknowledged).toBeGreaterThan(0)
    const problems = result.problems.join('\n')
    expect(problems).toMatch(/connections? lost: closed with (1001|4000)/)
    expect(problems).toMatch(/could not be opened: ECONNREFUSED/)
    expect(result.verdict.reasons.join()).toMatch(/did not say at the end who is online/)
  })

  it('says that there is no server', async () => {
    const { url, close } = await startServer()
    await close()
    await expect(run(url)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringMatching(/Cannot connect to .*ECONNREFUSED/),
    })
  })

  it('refuses to stop a server that is not its own', async () => {
    const { url } = await server()
    const phases = [{ name: 'kill', durationSeconds: 1, chaos: { server: 'kill' } }]
    await expect(run(url, { phases })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('ends early, marked as interrupted, when it is aborted', async () => {
    const { url } = await server()
    const abort = new AbortController()
    const result = await run(
      url,
      { phases: [{ name: 'long', durationSeconds: 60, users: 6 }] },
      { signal: abort.signal, onSecond: () => abort.abort() },
    )
    expect(result.isInterrupted).toBe(true)
    expect(result.audit.sent).toBeGreaterThan(0)
    expect(result.exitCode).toBe(130)
  })

  it('ends early when a condition wants it', async () => {
    const { url } = await server()
    const result = await run(url, {
      phases: [{ name: 'long', durationSeconds: 60, users: 6 }],
      thresholds: {
        sends_per_second: [{ condition: 'value>1000', afterSeconds: 0.5 }],
      },
    })
    expect(result.abortedBy).toBe('sends_per_second value>1000')
    expect(result.thresholds).toMatchObject([{ condition: 'value>1000', isMet: false }])
  })
})
