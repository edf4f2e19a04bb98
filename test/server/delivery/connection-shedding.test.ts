import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { ServerFrame } from '../../../src/protocol/server-frames.ts'
import { Connection } from '../../../src/server/delivery/connection.ts'
import { FanOut } from '../../../src/server/delivery/fan-out.ts'
import { encodeFrame } from '../../../src/server/frames/encode-frame.ts'
import { Tail } from '../../../src/server/log/tail.ts'
import { until } from '../../support/until.ts'
import { Loopback } from './loopback.ts'
import { StreamTransport } from './stream-transport.ts'

const MEBIBYTE = 1024 * 1024

/** More than the kernel buffers, so that a peer can be far behind and still inside. */
const TAIL_BYTES = 32 * MEBIBYTE

const PADDING = 'x'.repeat(60 * 1024)

const CREATED_AT = '2024-01-01T12:00:00.000Z'

interface Peer {
  connection: Connection
  /** The server's side. */
  socket: Socket
  client: WebSocket
  /** What it got, in order: an offset, or a status such as `+7`. */
  received: (number | string)[]
  closed: Promise<number>
}

let loopback: Loopback
let fanOut: FanOut
let tail: Tail
/** Durable frames broadcast so far. */
let offset: number
/** User → the last status broadcast. */
let statuses: Map<number, boolean>
beforeEach(async () => {
  loopback = await Loopback.create()
  tail = new Tail(TAIL_BYTES)
  fanOut = new FanOut(tail)
  offset = 0
  statuses = new Map()
})
afterEach(() => loopback.close())

/** Connects as a user; `before` runs in the turn in which the connection begins. */
async function connect(userId: number, before = () => {}): Promise<Peer> {
  const { transport, socket, client } = await loopback.connect()
  before()
  // Sockets may close after the test that opened them.
  const own = fanOut
  const connection = new Connection({ userId, serial: userId }, transport, {
    position: own.end,
    offset,
  })
  own.add(connection)
  transport.on('close', () => own.remove(connection))
  socket.on('drain', () => own.resume(connection))
  const received: Peer['received'] = []
  client.on('message', (data) => {
    const frame = JSON.parse(String(data)) as ServerFrame
    if (frame.type === 'MESSAGE') received.push(frame.payload.offset)
    else if (frame.type === 'USER_ONLINE') received.push(`+${frame.userId}`)
    else if (frame.type === 'USER_OFFLINE') received.push(`-${frame.userId}`)
    else throw new Error(`unexpected ${frame.type}`)
  })
  const closed = once(client, 'close').then(([code]) => code as number)
  return { connection, socket, client, received, closed }
}

function broadcastMessage(): void {
  offset += 1
  const message = { id: offset, chat_id: 1, sender_id: 1, content: PADDING }
  const payload = { ...message, created_at: CREATED_AT, offset }
  fanOut.broadcast(encodeFrame({ type: 'MESSAGE', payload }), 'chat 1')
}

function broadcastStatus(userId: number, isOnline: boolean): void {
  statuses.set(userId, isOnline)
  const type = isOnline ? 'USER_ONLINE' : 'USER_OFFLINE'
  const frame = encodeFrame({ type, userId, timestamp: CREATED_AT })
  fanOut.broadcastState(frame, { key: `status ${userId}`, ofUser: userId })
}

/**
 * Broadcasts messages and statuses in turn until `isEnough`, at the pace of `reader`. Users from
 * 100 on come and go.
 */
async function broadcastUntil(isEnough: () => boolean, reader: Peer): Promise<void> {
  for (let round = 0; !isEnough(); round++) {
    if (round === 1_000) throw new Error('1,000 rounds were not enough')
    for (let i = 0; i < 4; i++) {
      broadcastStatus(100 + ((7 * round + i) % 13), (round + i) % 3 > 0)
      broadcastMessage()
    }
    await until(() => reader.received.at(-1) === offset, `message ${offset}`)
  }
}

const offsetsOf = (peer: Peer) => peer.received.filter((item) => typeof item === 'number')
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

/** User → the last status that a peer got. */
function lastStatuses(received: Peer['received']): Map<number, boolean> {
  const told = received.filter((item) => typeof item === 'string')
  return new Map(told.map((text) => [Number(text.slice(1)), text.startsWith('+')]))
}

/** What a peer got after its last message. */
function afterLastMessage(peer: Peer): string[] {
  const last = peer.received.findLastIndex((item) => typeof item === 'number')
  return peer.received.slice(last + 1) as string[]
}

const lagOf = (peer: Peer) => tail.sealedEnd - peer.connection.cursor

test('a peer that fell far behind gets every message once, and then the last status of each user but itself', async () => {
  const slow = await connect(1)
  const reader = await connect(2)
  slow.client.pause()
  await broadcastUntil(() => lagOf(slow) > MEBIBYTE, reader)
  // From here on nothing reaches the slow peer but by what it is told afterwards.
  statuses.clear()
  broadcastStatus(1, false)
  broadcastStatus(1, true)
  broadcastStatus(50, true)
  broadcastStatus(51, true)
  broadcastStatus(51, false)
  await broadcastUntil(() => lagOf(slow) > 3 * MEBIBYTE, reader)
  const count = offset

  slow.client.resume()
  await until(() => offsetsOf(slow).length >= count && !slow.connection.replay, 'every message')
  expect(offsetsOf(slow)).toEqual(upTo(count))
  await until(() => afterLastMessage(slow).length >= statuses.size - 1, 'the statuses')
  const told = afterLastMessage(slow)
  expect(told.filter((text) => text.endsWith('50'))).toEqual(['+50'])
  expect(told.filter((text) => text.endsWith('51'))).toEqual(['-51'])
  expect(new Set(told).size).toBe(told.length)
  expect(slow.received).not.toContain('+1')
  expect(slow.received).not.toContain('-1')
  expect(lastStatuses(slow.received)).toEqual(withoutUser(1, lastStatuses(reader.received)))
  expect(slow.received.length).toBeLessThan(reader.received.length)

  expect(offsetsOf(reader)).toEqual(upTo(count))
  expect([slow.connection.isOpen, reader.connection.isOpen]).toEqual([true, true])
})

function withoutUser(userId: number, all: Map<number, boolean>): Map<number, boolean> {
  const rest = new Map(all)
  rest.delete(userId)
  return rest
}

test('a peer that caught up again gets statuses and messages as they come', async () => {
  const slow = await connect(1)
  const reader = await connect(2)
  slow.client.pause()
  await broadcastUntil(() => lagOf(slow) > 2 * MEBIBYTE, reader)
  slow.client.resume()
  await until(() => offsetsOf(slow).length === offset && lagOf(slow) === 0, 'every message')
  await until(() => !slow.connection.replay, 'the end of the replay')

  broadcastStatus(60, true)
  broadcastMessage()
  broadcastStatus(60, false)
  await until(() => slow.received.at(-1) === '-60', 'the newest status')
  expect(slow.received.slice(-3)).toEqual(['+60', offset, '-60'])
  expect(offsetsOf(slow)).toEqual(upTo(offset))
})

test('messages that come while a peer catches up follow in order, each once', async () => {
  const slow = await connect(1)
  const reader = await connect(2)
  slow.client.pause()
  await broadcastUntil(() => lagOf(slow) > 8 * MEBIBYTE, reader)
  slow.client.resume()
  const enough = offset + 100
  await broadcastUntil(() => offset >= enough, reader)
  await until(() => offsetsOf(slow).length >= offset, 'every message')
  expect(offsetsOf(slow)).toEqual(upTo(offset))
  await until(() => lagOf(slow) === 0 && !slow.connection.replay, 'the end of the replay')
  broadcastStatus(70, true)
  await until(() => slow.received.at(-1) === '+70', 'the newest status')
  expect(lastStatuses(slow.received)).toEqual(lastStatuses([...reader.received, '+70']))
})

test('a peer that is less than a mebibyte behind misses no status', async () => {
  const slow = await connect(1)
  const reader = await connect(2)
  slow.client.pause()
  await broadcastUntil(() => lagOf(slow) > 0, reader)
  expect(lagOf(slow)).toBeLessThan(MEBIBYTE)
  slow.client.resume()
  await until(() => slow.received.length === reader.received.length, 'every frame')
  expect(slow.received).toEqual(reader.received)
})

test('a peer that came amid unsealed messages gets only those after it, though it falls behind', async () => {
  const reader = await connect(2)
  const slow = await connect(1, () => {
    for (let i = 0; i < 3; i++) broadcastMessage()
  })
  slow.client.pause()
  await broadcastUntil(() => lagOf(slow) > 2 * MEBIBYTE, reader)
  slow.client.resume()
  await until(() => offsetsOf(slow).at(-1) === offset, 'the last message')
  expect(offsetsOf(slow)).toEqual(upTo(offset).slice(3))
})

test('a peer that came amid unsealed messages is far behind at once when very many follow', async () => {
  const reader = await connect(2)
  const slow = await connect(1, () => {
    for (let i = 0; i < 3; i++) broadcastMessage()
  })
  // In one chunk, so that the peer is far behind before anything was written to it.
  for (let i = 0; i < 40; i++) broadcastMessage()
  await until(() => [slow, reader].every((peer) => peer.received.at(-1) === offset), 'the last')
  expect(offsetsOf(slow)).toEqual(upTo(offset).slice(3))
  expect(offsetsOf(reader)).toEqual(upTo(offset))
})

test('a peer that reads too slowly to catch up is closed with 4001 once what comes next has left the tail', async () => {
  const slow = await connect(1)
  const reader = await connect(2)
  slow.client.pause()
  await broadcastUntil(() => lagOf(slow) > 24 * MEBIBYTE, reader)
  // It reads just enough for the server to go on, and then no more than the kernel holds.
  slow.socket.once('drain', () => slow.client.pause())
  slow.client.resume()
  await until(() => slow.connection.replay !== undefined, 'the replay')
  const enough = offset + Math.ceil(TAIL_BYTES / PADDING.length)
  await broadcastUntil(() => offset >= enough || !slow.connection.isOpen, reader)
  slow.client.resume()
  expect(await slow.closed).toBe(4001)
  expect(offsetsOf(slow)).toEqual(upTo(offsetsOf(slow).length))
  expect(offsetsOf(slow).length).toBeLessThan(offset)
  expect(offsetsOf(reader)).toEqual(upTo(offset))
  expect(reader.connection.isOpen).toBe(true)
})

/** A connection whose peer takes one write at a time, when it is told to, over a small tail. */
class HeldPeer {
  readonly tail = new Tail(4 * MEBIBYTE)
  readonly connection: Connection
  /** The code it was closed with. */
  readonly #transport: StreamTransport
  /** The offsets it took, in order. */
  readonly taken: number[] = []
  #held: { chunk: Buffer; done: () => void } | undefined
  #offset = 0

  constructor() {
    const socket = new Writable({
      write: (chunk, _encoding, done) => {
        this.#held = { chunk, done }
      },
    })
    this.#transport = new StreamTransport(socket)
    const start = { position: 0, offset: 0 }
    this.connection = new Connection({ userId: 1, serial: 1 }, this.#transport, start)
    socket.on('drain', () => this.connection.pump(this.tail))
  }

  get closeCode(): number | undefined {
    return this.#transport.closeCode
  }

  /** Broadcasts one message after the other, up to the offset `last`. */
  broadcastTo(last: number): void {
    while (this.#offset < last) {
      this.#offset += 1
      this.tail.appendDurable(Buffer.alloc(64 * 1024, `${this.#offset};`), 'chat 1')
      this.tail.seal()
      this.connection.pump(this.tail)
    }
  }

  /** Takes what comes, up to the offset `last`. */
  takeTo(last: number): void {
    while (this.#held && this.taken.length < last) {
      const { chunk, done } = this.#held
      this.#held = undefined
      this.taken.push(Number.parseInt(String(chunk), 10))
      done()
    }
  }
}

test('a peer is closed with 4001 once the next message it catches up with has left the tail', () => {
  const peer = new HeldPeer()
  peer.broadcastTo(40)
  peer.takeTo(5)
  expect(peer.connection.replay).toBeDefined()
  peer.broadcastTo(90)
  // What comes after its way back is still there, but not the way itself.
  expect(peer.connection.cursor).toBeGreaterThanOrEqual(peer.tail.start)
  peer.takeTo(90)
  expect(peer.closeCode).toBe(4001)
  expect(peer.taken).toEqual(upTo(peer.taken.length))
  expect(peer.taken.length).toBeLessThan(10)
})

test('a peer is closed with 4001 once the statuses it is still to be told have left the tail', () => {
  const peer = new HeldPeer()
  peer.broadcastTo(40)
  peer.takeTo(35)
  peer.broadcastTo(90)
  expect(peer.connection.replay).toBeDefined()
  expect(peer.tail.firstOffset).toBeLessThan(35)
  peer.takeTo(90)
  expect(peer.closeCode).toBe(4001)
  expect(peer.taken).toEqual(upTo(40))
})

test('a peer that catches up before anything it needs has left the tail stays', () => {
  const peer = new HeldPeer()
  peer.broadcastTo(40)
  peer.takeTo(35)
  peer.broadcastTo(60)
  peer.takeTo(60)
  expect(peer.taken).toEqual(upTo(60))
  expect(peer.closeCode).toBeUndefined()
})
