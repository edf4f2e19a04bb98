import { afterEach, describe, expect, it } from 'vitest'
import { auditProblems, exitCodeOf } from '../../src/bench/bench-result.ts'
import { runBench } from '../../src/bench/run-bench.ts'
import { Scenario } from '../../src/bench/scenario.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { startTamperingProxy, type Tamper } from '../support/tampering-proxy.ts'

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
    durationSeconds: 0.5,
    drainSeconds: 1,
    chat: { ratePerSecond: 40 },
    support: { ratePerSecond: 20 },
    ...changes,
  })

function run(url: string, changes: object = {}, signal = new AbortController().signal) {
  return runBench(scenario(changes), { url, signal, onProgress: () => {} })
}

/** Runs against a real server through a proxy. */
async function runTampered(tamper: Tamper) {
  const proxy = await startTamperingProxy(`${(await server()).url}/`, tamper)
  open.push(proxy)
  return run(proxy.url)
}

/** Applies `change` to the first message that connection 0 is sent, and to nothing else. */
function firstMessage(change: (frame: string) => string[]): Tamper {
  let isDone = false
  return (frame, connection) => {
    if (isDone || connection !== 0 || !frame.startsWith('{"type":"MESSAGE"')) return [frame]
    isDone = true
    return change(frame)
  }
}

describe('runBench', () => {
  it('finds a sound server clean, and every message in its database', async () => {
    const { url, store } = await server()
    const result = await run(url)
    expect(auditProblems(result)).toEqual([])
    expect(exitCodeOf(result)).toBe(0)
    expect(result.delivery).toMatchObject({ sent: 30, acknowledged: 30 })
    expect(result.delivery.delivered).toBe(30 * result.connections)
    expect(result.measurements.ack_ms?.count).toBe(30)
    expect(result.measurements.delivery_ms?.count).toBe(30 * result.connections)
    expect(await store.readAfter(0, 100)).toHaveLength(30)
  })

  it('leaves nobody online', async () => {
    const { url, lines } = await server()
    await run(url)
    const last = (userId: number) =>
      lines.filter((line) => line.includes(`User ${userId} is`)).at(-1)
    for (const userId of [2, 3, 4, 5, 6])
      expect(last(userId)).toBe(`📡 WS: User ${userId} is OFFLINE`)
  })

  it('finds a dropped delivery', async () => {
    const result = await runTampered(firstMessage(() => []))
    expect(auditProblems(result)).toEqual(['1 deliveries missing'])
  })

  it('finds a repeated delivery', async () => {
    const result = await runTampered(firstMessage((frame) => [frame, frame]))
    expect(auditProblems(result)).toEqual(['1 deliveries duplicate'])
  })

  it('finds swapped deliveries', async () => {
    let held: string | undefined
    const result = await runTampered((frame, connection) => {
      if (connection !== 0 || !frame.startsWith('{"type":"MESSAGE"')) return [frame]
      if (held === undefined) {
        held = frame
        return []
      }
      const frames = held === '' ? [frame] : [frame, held]
      held = ''
      return frames
    })
    expect(auditProblems(result)).toEqual(['1 deliveries out of order'])
  })

  it('finds a user that is never seen online, and one reported offline by mistake', async () => {
    const hidden = await runTampered((frame) =>
      frame.startsWith('{"type":"USER_ONLINE","userId":6') ? [] : [frame],
    )
    expect(auditProblems(hidden).join()).toMatch(/times a connected user was not seen online/)

    const flapped = await runTampered(
      firstMessage((frame) => [
        '{"type":"USER_OFFLINE","userId":6,"timestamp":"2026-01-01T00:00:00.000Z"}',
        '{"type":"USER_ONLINE","userId":6,"timestamp":"2026-01-01T00:00:00.000Z"}',
        frame,
      ]),
    )
    expect(auditProblems(flapped)).toEqual(['1 times a connected user was reported offline'])
  })

  it('finds a lost acknowledgement', async () => {
    let isDone = false
    const result = await runTampered((frame) => {
      if (isDone || !frame.startsWith('{"type":"ACK"')) return [frame]
      isDone = true
      return []
    })
    expect(auditProblems(result)).toEqual(['1 messages never acknowledged'])
  })

  it('reports what it knows when the server dies in the middle', async () => {
    const target = await server()
    const result = await runBench(scenario({ durationSeconds: 1 }), {
      url: target.url,
      signal: new AbortController().signal,
      onProgress: ({ sent }) => {
        if (sent > 10) void target.close()
      },
    })
    expect(exitCodeOf(result)).toBe(98)
    expect(result.delivery.acknowledged).toBeGreaterThan(0)
    const problems = auditProblems(result).join('\n')
    expect(problems).toMatch(/connections lost: closed with 1001/)
    expect(problems).toMatch(/messages unsent/)
    expect(problems).toMatch(/the server was gone at the end/)
  })

  it('tells how many connections could not be opened when there is no server', async () => {
    const { url, close } = await startServer()
    await close()
    await expect(run(url)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringMatching(/Only 0 of \d+ connections .*ECONNREFUSED/),
    })
  })

  it('ends early, marked as interrupted, when it is aborted', async () => {
    const { url } = await server()
    const abort = new AbortController()
    const result = await runBench(scenario({ durationSeconds: 60 }), {
      url,
      signal: abort.signal,
      onProgress: ({ sent }) => {
        if (sent > 0) abort.abort()
      },
    })
    expect(result.isInterrupted).toBe(true)
    expect(result.delivery.sent).toBeGreaterThan(0)
    expect(exitCodeOf(result)).toBe(130)
  })
})
