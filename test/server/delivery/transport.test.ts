import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Transport, TransportListener } from '../../../src/server/delivery/transport.ts'
import { encodeRawFrame, OPCODE, type RawFrame } from '../../attack/raw-frame.ts'
import { until } from '../../support/until.ts'
import { Loopback } from './loopback.ts'

/** Frames of one connection that are handled at once, and one whose end was still to come. */
const MAX_AT_ONCE = 257

/** What was just read is handled in the same turn as what waited, once. */
const MAX_A_TURN = 2 * MAX_AT_ONCE

const NOBODY: TransportListener = {
  onMessage: () => {},
  onPong: () => {},
  onBareFrames: () => {},
  onDrain: () => {},
  onClose: () => {},
}

let loopback: Loopback
beforeAll(async () => {
  loopback = await Loopback.create()
})
afterAll(() => loopback.close())

const text = (payload: string): RawFrame => ({ opcode: OPCODE.text, payload })
const texts = (count: number) => Array.from({ length: count }, (_, i) => text(String(i)))
const encoded = (frames: RawFrame[]) => Buffer.concat(frames.map(encodeRawFrame))
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i))

/** A transport that reads in turns, the socket of its client, and the texts that it was sent so far. */
async function connect() {
  const { transport, socket, client } = await loopback.connect()
  transport.readInTurns()
  const got: string[] = []
  transport.on('message', (data) => got.push(String(data)))
  return { transport, socket, client, got, peer: peerOf(client) }
}

/** The TCP socket of a client of `ws`, to write to it what `ws` would not. */
const peerOf = (client: WebSocket) => (client as unknown as { _socket: Socket })._socket

/** How many of some events come in one turn of the event loop, at most, until `isOver`. */
async function mostInATurn(transport: Transport, events: string[], isOver: () => boolean) {
  let most = 0
  let now = 0
  for (const event of events)
    transport.on(event, () => {
      now += 1
      most = Math.max(most, now)
    })
  while (!isOver()) {
    await turn()
    now = 0
  }
  return most
}

test.each<[string, RawFrame, string]>([
  ['texts', text('x'), 'message'],
  ['empty texts', text(''), 'message'],
  ['binary frames', { opcode: OPCODE.binary }, 'message'],
  ['pongs', { opcode: OPCODE.pong }, 'pong'],
])('a flood of %s is handled over many turns', async (_, frame, event) => {
  const { transport, peer } = await connect()
  let count = 0
  transport.on(event, () => void count++)
  transport.listen(NOBODY)
  peer.write(encoded(Array(20_000).fill(frame)))
  expect(await mostInATurn(transport, [event], () => count === 20_000)).toBeLessThanOrEqual(
    MAX_A_TURN,
  )
})

test('what waits stays in the network, but for some reads of it', async () => {
  const { socket, peer, got } = await connect()
  peer.write(encoded(Array(300_000).fill(text('x'))))
  let most = 0
  while (got.length < 300_000) {
    most = Math.max(most, socket.readableLength)
    await turn()
  }
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(3 * 64 * 1024)
})

test('floods of several connections are handled one of them in a turn', async () => {
  const all = [await connect(), await connect(), await connect(), await connect()]
  for (const { peer } of all) peer.write(encoded(texts(10_000)))
  // What comes first of each is read at once.
  await until(() => all.every(({ got }) => got.length > 0), 'all to be heard')
  let before = 0
  let most = 0
  while (all.some(({ got }) => got.length < 10_000)) {
    const sum = all.reduce((total, { got }) => total + got.length, 0)
    if (before > 0) most = Math.max(most, sum - before)
    before = sum
    await turn()
  }
  // One that had nothing left may be heard in the same turn as the next that waits.
  expect(most).toBeLessThanOrEqual(MAX_A_TURN)
  for (const { got } of all) expect(got).toEqual(numbers(10_000))
})

test('no more than 32 KB of long texts are handled in a turn, and one that was begun', async () => {
  const { transport, peer, got } = await connect()
  peer.write(encoded(Array(500).fill(text('x'.repeat(4_096)))))
  const most = await mostInATurn(transport, ['message'], () => got.length === 500)
  expect(most).toBeLessThanOrEqual(16)
})

test('a close frame behind what waits is answered once that is handled', async () => {
  const { transport, client, got, peer } = await connect()
  const closed = once(transport, 'close')
  const code = Buffer.from([4321 >> 8, 4321 & 0xff])
  peer.write(encoded([...texts(5_000), { opcode: OPCODE.close, payload: code }, ...texts(5_000)]))
  expect((await closed)[0]).toBe(4321)
  expect(got).toEqual(numbers(5_000))
  await until(() => client.readyState === WebSocket.CLOSED, 'the client to be closed')
})

test('the end of the socket behind what waits comes after it', async () => {
  const { transport, got, peer } = await connect()
  const closed = once(transport, 'close')
  peer.end(encoded(texts(20_000)))
  expect((await closed)[0]).toBe(1006)
  expect(got).toEqual(numbers(20_000))
})

test('a broken frame behind what waits ends it there', async () => {
  const { transport, got, peer } = await connect()
  const failed = once(transport, 'error')
  const closed = new Promise((resolve) => transport.on('close', resolve))
  peer.write(encoded([...texts(5_000), { opcode: 3 }, ...texts(30_000)]))
  const [error] = await failed
  expect(error.code).toBe('WS_ERR_INVALID_OPCODE')
  await closed
  expect(got).toEqual(numbers(5_000))
})

test('paused, it hears no more than the turn had begun with, and the rest once it is resumed', async () => {
  const { transport, got, peer } = await connect()
  transport.once('message', () => transport.pause())
  peer.write(encoded(texts(20_000)))
  await until(() => got.length > 0, 'the first')
  for (let i = 0; i < 50; i++) await turn()
  expect(got.length).toBeLessThanOrEqual(MAX_AT_ONCE)
  transport.resume()
  await until(() => got.length === 20_000, 'the rest')
  expect(got).toEqual(numbers(20_000))
})

test('resumed again and again, it handles no more in a turn', async () => {
  const { transport, got, peer } = await connect()
  transport.on('message', () => {
    transport.pause()
    transport.resume()
  })
  peer.write(encoded(texts(20_000)))
  const most = await mostInATurn(transport, ['message'], () => got.length === 20_000)
  expect(most).toBeLessThanOrEqual(MAX_A_TURN)
})

test.each([
  ['terminated', (transport: Transport) => transport.terminate()],
  ['paused and terminated', stopAndCut],
  ['closed', (transport: Transport) => transport.close(1000)],
])('%s while much waits, it ends without reading all of that at once', async (_, end) => {
  const { transport, client, peer } = await connect()
  let isClosed = false
  transport.on('close', () => (isClosed = true))
  transport.once('message', () => end(transport))
  peer.write(encoded(texts(20_000)))
  const most = await mostInATurn(transport, ['message'], () => isClosed)
  expect(most).toBeLessThanOrEqual(MAX_A_TURN)
  await until(() => client.readyState === WebSocket.CLOSED, 'the client to be closed')
})

/** As an abuser is cut off: what it sends meanwhile fills the socket. */
function stopAndCut(transport: Transport): void {
  transport.pause()
  setTimeout(() => transport.terminate(), 50)
}

test('a payload that drips in byte by byte is given to ws in few chunks', async () => {
  const { transport, got, peer, socket } = await connect()
  const payload = 'x'.repeat(10_000)
  const given = vi.spyOn(
    (transport as unknown as { _receiver: { write(chunk: Buffer): boolean } })._receiver,
    'write',
  )
  // As reads of one byte each, however the network joins them.
  for (const byte of encodeRawFrame(text(payload))) socket.emit('data', Buffer.from([byte]))
  peer.write(encoded([text('next')]))
  await until(() => got.length === 2, 'both')
  expect(got).toEqual([payload, 'next'])
  expect(given.mock.calls.length).toBeLessThan(20)
})
