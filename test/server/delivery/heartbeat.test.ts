import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Heartbeat, type Pingable } from '../../../src/server/delivery/heartbeat.ts'

const INTERVAL_MS = 1_000

/** A peer that answers every ping or none. */
class Peer implements Pingable {
  readonly serial: number
  readonly answers: boolean
  readonly pingedAtMs: number[] = []
  unansweredPings = 0
  terminations = 0
  onTerminate = () => {}

  constructor(serial: number, answers: boolean) {
    this.serial = serial
    this.answers = answers
  }

  ping(): void {
    this.pingedAtMs.push(Date.now())
    this.unansweredPings = this.answers ? 0 : this.unansweredPings + 1
  }

  terminate(): void {
    this.terminations += 1
    this.onTerminate()
  }
}

function createPeers(count: number, answers: boolean): Peer[] {
  return Array.from({ length: count }, (_, i) => new Peer(i + 1, answers))
}

let heartbeat: Heartbeat
beforeEach(() => {
  vi.useFakeTimers()
  heartbeat = new Heartbeat()
})
afterEach(() => {
  heartbeat.stop()
  vi.useRealTimers()
})

test('every connection is pinged exactly once an interval', () => {
  const peers = createPeers(100, true)
  for (const peer of peers) heartbeat.add(peer)
  heartbeat.start(INTERVAL_MS)
  for (let interval = 1; interval <= 5; interval++) {
    vi.advanceTimersByTime(INTERVAL_MS)
    expect(peers.map((peer) => peer.pingedAtMs.length)).toEqual(peers.map(() => interval))
  }
})

test('the pings of one interval are spread evenly over it', () => {
  const peers = createPeers(200, true)
  for (const peer of peers) heartbeat.add(peer)
  heartbeat.start(INTERVAL_MS)
  vi.advanceTimersByTime(INTERVAL_MS)
  const perMoment = new Map<number, number>()
  for (const at of peers.flatMap((peer) => peer.pingedAtMs))
    perMoment.set(at, (perMoment.get(at) ?? 0) + 1)
  expect([...perMoment.values()]).toEqual(Array.from({ length: 20 }, () => 10))
})

test('a peer that left two pings unanswered is terminated instead of pinged again', () => {
  const peer = new Peer(1, false)
  peer.onTerminate = () => heartbeat.remove(peer)
  heartbeat.add(peer)
  heartbeat.start(INTERVAL_MS)
  vi.advanceTimersByTime(2 * INTERVAL_MS)
  expect([peer.pingedAtMs.length, peer.terminations]).toEqual([2, 0])
  vi.advanceTimersByTime(10 * INTERVAL_MS)
  expect([peer.pingedAtMs.length, peer.terminations]).toEqual([2, 1])
})

test('a peer that is heard of after one missed ping stays', () => {
  const peer = new Peer(1, false)
  heartbeat.add(peer)
  heartbeat.start(INTERVAL_MS)
  for (let interval = 1; interval <= 10; interval++) {
    vi.advanceTimersByTime(INTERVAL_MS)
    if (interval % 2 === 0) peer.unansweredPings = 0
  }
  expect([peer.pingedAtMs.length, peer.terminations]).toEqual([10, 0])
})

test('silent peers are terminated among answering ones, which all stay', () => {
  const silent = createPeers(30, false)
  const answering = createPeers(30, true)
  for (const peer of [...silent, ...answering]) {
    peer.onTerminate = () => heartbeat.remove(peer)
    heartbeat.add(peer)
  }
  heartbeat.start(INTERVAL_MS)
  vi.advanceTimersByTime(4 * INTERVAL_MS)
  expect(silent.map((peer) => peer.terminations)).toEqual(silent.map(() => 1))
  expect(answering.map((peer) => peer.terminations)).toEqual(answering.map(() => 0))
  expect(answering.map((peer) => peer.pingedAtMs.length)).toEqual(answering.map(() => 4))
})

test('a removed connection is not pinged', () => {
  const [kept, removed] = createPeers(2, true)
  heartbeat.add(kept!)
  heartbeat.add(removed!)
  heartbeat.remove(removed!)
  heartbeat.start(INTERVAL_MS)
  vi.advanceTimersByTime(INTERVAL_MS)
  expect([kept!.pingedAtMs.length, removed!.pingedAtMs.length]).toEqual([1, 0])
})

test('a stopped heartbeat pings nobody and leaves no timer behind', () => {
  const peer = new Peer(1, true)
  heartbeat.add(peer)
  heartbeat.start(INTERVAL_MS)
  heartbeat.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(2 * INTERVAL_MS)
  expect(peer.pingedAtMs).toEqual([])
})
