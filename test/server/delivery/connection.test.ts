import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { Connection } from '../../../src/server/delivery/connection.ts'
import { FanOut } from '../../../src/server/delivery/fan-out.ts'
import { encodeFrame } from '../../../src/server/frames/encode-frame.ts'
import type { PageCache } from '../../../src/server/log/page-cache.ts'
import { Replay } from '../../../src/server/log/replay.ts'
import { Tail } from '../../../src/server/log/tail.ts'
import { until } from '../../support/until.ts'
import { Loopback } from './loopback.ts'

/** Much less than the kernel buffers, so that a peer that does not read falls off soon. */
const TAIL_BYTES = 256 * 1024

/** Padding that makes a frame fill several socket writes. */
const PADDING = 'x'.repeat(32 * 1024)

interface Peer {
  connection: Connection
  client: WebSocket
  /** The messages of the frames it got, without their padding. */
  received: string[]
  closed: Promise<number>
}

let loopback: Loopback
let fanOut: FanOut
let tail: Tail
beforeEach(async () => {
  loopback = await Loopback.create()
  tail = new Tail(TAIL_BYTES)
  fanOut = new FanOut(tail)
})
afterEach(() => loopback.close())

async function connect(userId: number): Promise<Peer> {
  const { transport, socket, client } = await loopback.connect()
  // Sockets may close after the test that opened them.
  const own = fanOut
  const connection = new Connection({ userId, serial: userId }, transport, {
    position: own.end,
    offset: 0,
  })
  own.add(connection)
  transport.on('close', () => own.remove(connection))
  socket.on('drain', () => own.resume(connection))
  const received: string[] = []
  client.on('message', (data) => {
    received.push(JSON.parse(String(data)).message.replace(PADDING, ''))
  })
  const closed = once(client, 'close').then(([code]) => code as number)
  return { connection, client, received, closed }
}

function frame(message: string): Buffer {
  return encodeFrame({ type: 'ERROR', code: 'INTERNAL', message })
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`)
}

/** Broadcasts padded numbers until `isEnough`, at the pace of the peers in `readers`. */
async function broadcastUntil(isEnough: () => boolean, readers: readonly Peer[]): Promise<number> {
  let count = 0
  while (!isEnough()) {
    if (count === 2_000) throw new Error('2,000 frames were not enough')
    fanOut.broadcast(frame(`${count}${PADDING}`), 'chat 1')
    count += 1
    await until(() => readers.every((peer) => peer.received.length === count), `frame ${count}`)
  }
  return count
}

test('a peer that does not read lags until its cursor leaves the tail, while others get everything', async () => {
  const slow = await connect(1)
  const fast = [await connect(2), await connect(3)]
  slow.client.pause()
  const count = await broadcastUntil(() => slow.connection.cursor < tail.start, fast)
  for (const peer of fast) expect(peer.received).toEqual(numbers(count))

  slow.client.resume()
  expect(await slow.closed).toBe(4001)
  expect(slow.received.length).toBeLessThan(count)
  expect(slow.received).toEqual(numbers(slow.received.length))
  expect(fast.every((peer) => peer.connection.isOpen)).toBe(true)
})

test('a peer that reads again before its cursor left the tail gets every frame in order', async () => {
  const slow = await connect(1)
  slow.client.pause()
  let count = 0
  while (slow.connection.cursor === tail.sealedEnd || count === 0) {
    fanOut.broadcast(frame(`${count}${PADDING}`), 'chat 1')
    fanOut.flush()
    count += 1
    await new Promise(setImmediate)
  }
  expect(slow.connection.cursor).toBeGreaterThanOrEqual(tail.start)
  slow.client.resume()
  await until(() => slow.received.length === count, 'every frame')
  expect(slow.received).toEqual(numbers(count))
  expect(slow.connection.isOpen).toBe(true)
})

test('answers that a peer does not read are kept up to a mebibyte, and more closes it with 4001', async () => {
  const slow = await connect(1)
  slow.client.pause()
  const other = await connect(2)
  await broadcastUntil(() => slow.connection.cursor < tail.sealedEnd, [other])

  const answer = frame('answer'.padEnd(1024))
  const fitting = Math.floor((1024 * 1024) / answer.length)
  for (let i = 0; i < fitting; i++) slow.connection.enqueue(answer)
  expect(slow.connection.isOpen).toBe(true)
  slow.connection.enqueue(answer)
  expect(slow.connection.isOpen).toBe(false)
  expect(other.connection.isOpen).toBe(true)
  slow.client.resume()
  expect(await slow.closed).toBe(4001)
})

test('an answer comes before the shared frames that were not sent yet', async () => {
  const peer = await connect(1)
  fanOut.broadcast(frame('shared'), 'chat 1')
  fanOut.send(peer.connection, frame('answer'))
  await until(() => peer.received.length === 2, 'both frames')
  expect(peer.received).toEqual(['answer', 'shared'])
})

test('shared frames, answers and pings do not interleave', async () => {
  const peer = await connect(1)
  let pings = 0
  peer.client.on('ping', () => {
    pings += 1
  })
  const expected: string[] = []
  for (let i = 0; i < 100; i++) {
    fanOut.broadcast(frame(`${i}${PADDING}`), 'chat 1')
    fanOut.flush()
    peer.connection.ping()
    fanOut.send(peer.connection, frame(`answer ${i}`))
    expected.push(`${i}`, `answer ${i}`)
    await until(() => peer.received.length === expected.length, `both frames ${i}`)
  }
  expect(peer.received).toEqual(expected)
  expect(pings).toBe(100)
})

test('a peer is closed with the code and reason it is told', async () => {
  const { connection, client } = await connect(1)
  const closed = once(client, 'close')
  connection.close({ code: 1001, reason: 'Server shutting down' })
  const [code, reason] = await closed
  expect([code, String(reason)]).toEqual([1001, 'Server shutting down'])
})

test('a closing connection is sent nothing more', async () => {
  const { connection, client, received } = await connect(1)
  const closed = once(client, 'close')
  connection.close({ code: 1001, reason: 'Server shutting down' })
  fanOut.send(connection, frame('answer'))
  fanOut.broadcast(frame('shared'), 'chat 1')
  connection.ping()
  fanOut.flush()
  await closed
  expect(received).toEqual([])
})

test('a terminated connection ends without a close frame', async () => {
  const { connection, closed } = await connect(1)
  connection.terminate()
  expect(await closed).toBe(1006)
})

test('every ping counts as unanswered and carries no payload', async () => {
  const { connection, client } = await connect(1)
  const pinged = once(client, 'ping')
  connection.ping()
  connection.ping()
  expect(connection.unansweredPings).toBe(2)
  await expect(pinged).resolves.toEqual([Buffer.alloc(0)])
})

/** A peer that is to be sent a log of 40 MB before it follows the tail. */
async function resuming(): Promise<Peer> {
  const peer = await connect(1)
  const bytes = frame(PADDING)
  const readAfter = async (offset: number, until: number) => {
    await new Promise(setImmediate)
    return { bytes, lastOffset: Math.min(offset + 1, until), hasGap: false }
  }
  const pages = { readAfter } as unknown as PageCache
  peer.connection.startReplay(new Replay({ after: -1_300, until: -1 }, pages, () => []))
  return peer
}

test('a client that takes nothing of its replay is closed, though it says that it is alive', async () => {
  const { connection, client } = await resuming()
  client.pause()
  fanOut.resume(connection)
  let pings = 0
  while (connection.isOpen && pings < 50) {
    connection.noteAlive()
    connection.ping()
    pings += 1
    // Until the kernel has taken all that it takes.
    for (let i = 0; i < 200; i += 1) await new Promise(setImmediate)
  }
  expect(connection.closedWith).toBe(4001)
})

test('one that takes some of it is left alone', async () => {
  const { connection, client, received } = await resuming()
  fanOut.resume(connection)
  for (let pings = 0; pings < 20; pings += 1) {
    client.pause()
    for (let i = 0; i < 50; i += 1) await new Promise(setImmediate)
    client.resume()
    const before = received.length
    await until(() => received.length > before + 10, 'some of it to be read')
    connection.ping()
  }
  expect(connection.closedWith).toBeUndefined()
})
