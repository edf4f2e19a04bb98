import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { Connection } from '../../../src/server/delivery/connection.ts'
import { FanOut } from '../../../src/server/delivery/fan-out.ts'
import { encodeFrame } from '../../../src/server/frames/encode-frame.ts'
import { PageCache } from '../../../src/server/log/page-cache.ts'
import { Replay } from '../../../src/server/log/replay.ts'
import { Tail } from '../../../src/server/log/tail.ts'
import { createParts, MemoryStore } from '../../../src/storage/memory/memory-store.ts'
import { newEntry } from '../../storage/new-entry.ts'
import { until } from '../../support/until.ts'
import { StreamTransport } from './stream-transport.ts'

/** Takes a write only when it is let, and keeps what it was given. */
class SlowStream extends Writable {
  readonly given: Buffer[] = []
  #taken: (() => void)[] = []
  #isOpen = false

  override write(...args: unknown[]): boolean {
    this.given.push(args[0] as Buffer)
    return super.write(...(args as [Buffer]))
  }

  override _write(_bytes: Buffer, _encoding: string, taken: () => void): void {
    if (this.#isOpen) taken()
    else this.#taken.push(taken)
  }

  open(): void {
    this.#isOpen = true
    for (const taken of this.#taken.splice(0)) taken()
  }
}

const frame = (i: number) => encodeFrame({ type: 'ERROR', code: 'INVALID_FRAME', message: `${i}` })

/** A connection to a client that reads nothing, where the log has come so far. */
function connect(lastOffset = 0) {
  const stream = new SlowStream({ highWaterMark: 16 * 1024 })
  const tail = new Tail(1024 * 1024, lastOffset)
  const fanOut = new FanOut(tail)
  const transport = new StreamTransport(stream)
  const connection = new Connection({ userId: 1, serial: 1 }, transport, {
    ...{ position: fanOut.end, offset: 0 },
  })
  return { stream, tail, connection }
}

test('what waits in a socket keeps no more in memory than itself', () => {
  const { stream, tail, connection } = connect()
  for (let i = 0; i < 500; i++) {
    connection.enqueue(frame(i))
    connection.pump(tail)
    // Others are answered meanwhile.
    for (let other = 0; other < 100; other++) frame(other)
  }
  const [first, ...waiting] = stream.given
  expect(waiting).toHaveLength(499)
  for (const { buffer, length } of waiting) expect(buffer.byteLength).toBe(length)
  // This one was taken at once, as far as is known.
  expect(first!.buffer.byteLength).toBe(Buffer.poolSize)
})

test('thousands of small answers that wait for a client come whole and in order', () => {
  const { stream, tail, connection } = connect()
  connection.enqueue(Buffer.alloc(100 * 1024, '-'))
  connection.pump(tail)
  const frames = Array.from({ length: 5_000 }, (_, i) => frame(i))
  for (const one of frames) connection.enqueue(one)
  connection.pump(tail)
  expect(stream.given).toHaveLength(1)
  stream.open()
  connection.pump(tail)
  expect(Buffer.concat(stream.given.slice(1)).equals(Buffer.concat(frames))).toBe(true)
  expect(connection.closedWith).toBeUndefined()
})

test('clients that resume from far apart and read nothing hold 128 KB of the log each', async () => {
  const clients = 40
  const apart = 256
  const store = new MemoryStore(createParts())
  // A page of them is 240 KB.
  const page = Array.from({ length: apart }, () => newEntry({ content: 'x'.repeat(800) }))
  for (let i = 0; i < clients; i++) await store.append(page, '2024-01-01T12:00:00.000Z')
  const pages = new PageCache(store)
  const last = clients * apart
  const streams = Array.from({ length: clients }, (_, i) => {
    const { stream, tail, connection } = connect(last)
    connection.startReplay(new Replay({ after: i * apart, until: last }, pages, () => []))
    connection.pump(tail)
    return stream
  })
  await until(() => streams.every((stream) => stream.writableLength > 0), 'the log')
  const held = new Set(streams.flatMap(({ given }) => given.map(({ buffer }) => buffer)))
  let bytes = 0
  for (const { byteLength } of held) bytes += byteLength
  expect(held.size).toBeGreaterThanOrEqual(clients)
  expect(bytes).toBeLessThanOrEqual(clients * 128 * 1024)
})
