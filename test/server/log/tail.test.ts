import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tail } from '../../../src/server/log/tail.ts'
import { expectBytes } from '../../support/expect-bytes.ts'

type Step =
  | { do: 'append'; sizeBytes: number }
  | { do: 'seal' }
  | { do: 'open' }
  | { do: 'advance'; reader: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('append'), sizeBytes: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'seal' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'open' } as const) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance'), reader: fc.nat(20) }) },
) as fc.Arbitrary<Step>

/** Steps enough for the tail to cut its list of chunks several times. */
const steps = fc.array(step, { maxLength: 600, size: 'max' })
const capacityBytes = fc.integer({ min: 1, max: 200 })

/** Bytes that repeat after so many, longer than all steps append. */
const PERIOD = 251
const PATTERN = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % PERIOD))

/** The byte at each position: its low bits, so that a misplaced byte is seen. */
function frameAt(position: number, sizeBytes: number): Buffer {
  const start = position % PERIOD
  return PATTERN.subarray(start, start + sizeBytes)
}

/** Reads what lies between two positions, chunk by chunk. */
function readRange(tail: Tail, from: number, to: number): Buffer {
  const parts: Buffer[] = []
  let position = from
  while (position < to) {
    const bytes = tail.read(position)
    if (bytes.length === 0) throw new Error(`nothing to read at ${position}`)
    parts.push(bytes)
    position += bytes.length
  }
  if (position !== to) throw new Error(`read up to ${position}, not ${to}`)
  return Buffer.concat(parts)
}

/** Runs the steps, checking after each one what holds of every tail. */
function run(capacity: number, script: readonly Step[]): void {
  const tail = new Tail(capacity)
  const readers: number[] = []
  const chunkStarts: number[] = []
  for (const next of script) {
    if (next.do === 'append') {
      tail.appendDurable(frameAt(tail.end, next.sizeBytes), 'chat 1')
    } else if (next.do === 'seal') {
      if (tail.end > tail.sealedEnd) chunkStarts.push(tail.sealedEnd)
      tail.seal()
    } else if (next.do === 'open') {
      readers.push(tail.end)
    } else if (readers.length > 0) {
      const i = next.reader % readers.length
      const cursor = readers[i]!
      // A reader that opened amid unsealed frames is ahead of what can be read.
      if (cursor < tail.start || cursor > tail.sealedEnd) continue
      const bytes = readRange(tail, cursor, tail.sealedEnd)
      expectBytes(bytes, frameAt(cursor, bytes.length))
      readers[i] = tail.sealedEnd
    }
    // Chunks that have gone do not fit again.
    while (chunkStarts.length > 1 && tail.sealedEnd - chunkStarts[0]! > capacity)
      chunkStarts.shift()
    const { start, sealedEnd, end } = tail
    if (start !== (chunkStarts[0] ?? 0) || start > sealedEnd || sealedEnd > end)
      throw new Error(`starts at ${start} instead of ${chunkStarts[0]}, ${sealedEnd}, ${end}`)
  }
  tail.seal()
  for (let from = tail.start; from < tail.sealedEnd; from++)
    expectBytes(readRange(tail, from, tail.sealedEnd), frameAt(from, tail.sealedEnd - from))
}

test('a reader gets exactly the bytes after its position, and only the oldest chunks beyond capacity are dropped', () => {
  fc.assert(fc.property(capacityBytes, steps, run), { numRuns: 200 })
})

test('an empty tail starts and ends at 0', () => {
  const tail = new Tail(10)
  tail.seal()
  expect([tail.start, tail.sealedEnd, tail.end]).toEqual([0, 0, 0])
})

test('an appended frame moves the end at once and the sealed end with the seal', () => {
  const tail = new Tail(100)
  tail.appendDurable(Buffer.from('abc'), 'chat 1')
  expect([tail.sealedEnd, tail.end]).toEqual([0, 3])
  tail.seal()
  expect([tail.sealedEnd, tail.end]).toEqual([3, 3])
})

test('a chunk larger than the capacity is kept whole while it is the newest', () => {
  const tail = new Tail(2)
  tail.appendDurable(Buffer.from('abc'), 'chat 1')
  tail.appendDurable(Buffer.from('def'), 'chat 1')
  tail.seal()
  expect(tail.start).toBe(0)
  expect(tail.read(0).toString()).toBe('abcdef')
  tail.appendDurable(Buffer.from('g'), 'chat 1')
  tail.seal()
  expect(tail.start).toBe(6)
  expect(tail.read(6).toString()).toBe('g')
})

test('a reader stays exact over ten thousand small chunks', () => {
  const tail = new Tail(64)
  let cursor = 0
  for (let i = 0; i < 10_000; i++) {
    tail.appendDurable(frameAt(tail.end, 1 + (i % 7)), 'chat 1')
    tail.seal()
    if (i % 5 > 0) continue
    const bytes = readRange(tail, cursor, tail.sealedEnd)
    expectBytes(bytes, frameAt(cursor, bytes.length))
    cursor = tail.sealedEnd
  }
  expect(cursor).toBeGreaterThan(0)
})

test('no more chunks are kept than 32,768, however small, so that they take no more memory', () => {
  const tail = new Tail(1_000_000)
  for (let i = 0; i < 40_000; i++) {
    tail.appendState(Buffer.from('x'), { key: 1 })
    tail.seal()
  }
  expect(tail.sealedEnd - tail.start).toBe(32_768)
  expect(tail.read(tail.start).toString()).toBe('x')
})

test('small chunks keep nothing in memory of what was encoded between them', () => {
  const tail = new Tail(1_000_000)
  const sizeBytes = 80
  for (let i = 0; i < 5_000; i++) {
    // Node puts both into one pool.
    Buffer.from('x'.repeat(3_000))
    const frame = Buffer.from('y'.repeat(sizeBytes))
    if (i % 2 === 0) tail.appendState(frame, { key: i })
    else tail.appendDurable(frame, 'chat 1')
    if (i % 3 === 0) tail.seal()
  }
  tail.seal()
  const kept = new Set<ArrayBufferLike>()
  let bytes = 0
  for (let at = tail.start; at < tail.sealedEnd; ) {
    const chunk = tail.read(at)
    kept.add(chunk.buffer)
    at += chunk.length
  }
  for (let offset = tail.firstOffset - 1; offset < tail.sealedOffset; ) {
    const { bytes: durable, lastOffset } = tail.readDurable(offset, tail.sealedOffset)
    kept.add(durable.buffer)
    offset = lastOffset
  }
  for (const { byteLength } of kept) bytes += byteLength
  // The durable half is there once more where it stands among states.
  expect(bytes).toBeLessThan(1.6 * 5_000 * sizeBytes)
})
