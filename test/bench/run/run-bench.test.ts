import { describe, expect, it, type TestContext } from 'vitest'
import type { BenchTarget } from '../../../src/bench/run/bench-target.ts'
import { runBench } from '../../../src/bench/run/run-bench.ts'
import { Scenario } from '../../../src/bench/scenario/scenario.ts'
import { Generator } from '../../../src/bench/worker/generator.ts'
import { startServer, type TestServer } from '../../support/start-server.ts'

/** A server that is closed when the test is over. */
async function serve({ onTestFinished }: TestContext): Promise<TestServer> {
  const started = await startServer()
  onTestFinished(() => started.close())
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
    drainSeconds: 15,
    ...changes,
  })

/** Time for everyone to be there before the first message, however slow the machine. */
const SETTLED = [
  { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 },
  { name: 'settle', durationSeconds: 3, load: 0 },
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

describe.concurrent('runBench', () => {
  it('finds a sound server clean, and leaves all messages in its database and nobody online', async (test) => {
    const { url, store, lines } = await serve(test)
    // More than there are: all are timed.
    const audit = { timedConnections: 16 }
    const result = await run(url, { phases: SETTLED, audit }, { workers: 2 })
    expect(result.problems).toEqual([])
    expect(result.audit).toMatchObject({ sent: 30, acknowledged: 30 })
    expect(result.audit.delivered).toBe(30 * result.connections)
    expect(result.latencies.ack_ms?.count).toBe(30)
    expect(result.latencies.delivery_ms?.count).toBe(30 * result.connections)
    expect(result.latencies.skew_ms?.count).toBe(30)
    expect(result.values.amplification).toBe(result.connections)
    expect(await store.readAfter(0, 100)).toHaveLength(30)
    const last = (userId: number) =>
      lines.filter((line) => line.includes(`User ${userId} is`)).at(-1)
    for (const userId of [1, 2, 3, 4, 5, 6])
      expect(last(userId)).toBe(`📡 WS: User ${userId} is OFFLINE`)
  })

  it('times arrivals on as many connections as it should, and audits all', async (test) => {
    const { url } = await serve(test)
    const audit = { timedConnections: 2 }
    const result = await run(url, { phases: SETTLED, audit })
    expect(result.problems).toEqual([])
    expect(result.timedConnections).toBe(2)
    expect(result.audit.delivered).toBe(30 * result.connections)
    expect(result.latencies.delivery_ms?.count).toBe(30 * 2)
    expect(result.values.deliveries_per_second).toBeGreaterThan(30 * 2)
  })

  it('loses nothing over dropped connections: they resume, and send again what was not answered', async (test) => {
    const phases = [
      { name: 'ramp', durationSeconds: 0.2, users: 6, load: 0 },
      { name: 'steady', durationSeconds: 0.2 },
      {
        name: 'storm',
        durationSeconds: 0.5,
        chaos: { drop: 100, reconnectSeconds: 0.2 },
      },
    ]
    const { url } = await serve(test)
    const result = await run(url, { phases })
    expect(result.problems).toEqual([])
    expect(result.latencies.resume_ms?.count).toBeGreaterThan(0)
  })

  it('loses nothing over stalls, slow readers and users that come and go', async (test) => {
    const { url } = await serve(test)
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

  it('does not hold against the server what was under way when its sender left', async (test) => {
    const { url } = await serve(test)
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

  it('lets users converse: the next message follows the ACK and some thought', async (test) => {
    const { url } = await serve(test)
    const result = await run(url, {
      phases: SETTLED,
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

  it('leaves warm-ups out of the figures, but not out of the audit', async (test) => {
    const { url } = await serve(test)
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

  it.for([
    ['timed on all', 16],
    ['timed on one', 1],
  ] as const)(
    'reports what it knows when the server dies in the middle, %s',
    async ([, timed], test) => {
      const target = await serve(test)
      let isClosing = false
      const result = await run(
        target.url,
        {
          phases: [SETTLED[0], { name: 'all', durationSeconds: 60 }],
          // By then the server has drained, and is gone.
          thresholds: { failed_connects: [{ condition: 'value<20', abortOnFail: true }] },
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
    },
  )

  it('says that there is no server', async () => {
    const { url, close } = await startServer()
    await close()
    await expect(run(url)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringMatching(/Cannot connect to .*ECONNREFUSED/),
    })
  })

  it('refuses to stop a server that is not its own', async (test) => {
    const { url } = await serve(test)
    const phases = [{ name: 'kill', durationSeconds: 1, chaos: { server: 'kill' } }]
    await expect(run(url, { phases })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('ends early, marked as interrupted, when it is aborted', async (test) => {
    const { url } = await serve(test)
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

  it('ends early when a condition wants it', async (test) => {
    const { url } = await serve(test)
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
