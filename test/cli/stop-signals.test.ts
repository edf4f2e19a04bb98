import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StopSignals } from '../../src/cli/stop-signals.ts'
import { createFakeHost } from '../support/fake-host.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function create(timeoutMs = 20_000) {
  const { host, raise } = createFakeHost()
  const signals = new StopSignals(host, timeoutMs)
  const told: string[] = []
  void signals.begun.then((reason) => told.push(`begun: ${reason}`))
  void signals.forced.then((reason) => told.push(`forced: ${reason}`))
  return { signals, raise, told }
}

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s begins the stop, and says why',
  async (signal) => {
    const { raise, told, signals } = create()
    raise(signal)
    await vi.advanceTimersByTimeAsync(0)
    expect(told).toEqual([`begun: ${signal}`])
    await expect(signals.begun).resolves.toBe(signal)
  },
)

it('a second signal of any kind ends it at once', async () => {
  const { raise, told } = create()
  raise('SIGTERM')
  raise('SIGINT')
  raise('SIGTERM')
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toEqual(['begun: SIGTERM', 'forced: second signal'])
})

it('a request during the stop changes nothing', async () => {
  const { raise, signals, told } = create()
  raise('SIGTERM')
  signals.begin('request of an admin')
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toEqual(['begun: SIGTERM'])
})

it('the time is up even if nothing else happens', async () => {
  const { signals, told } = create(3_000)
  signals.begin('request of an admin')
  await vi.advanceTimersByTimeAsync(3_900)
  expect(told).toEqual(['begun: request of an admin'])
  await vi.advanceTimersByTimeAsync(200)
  expect(told).toEqual(['begun: request of an admin', 'forced: time'])
})
