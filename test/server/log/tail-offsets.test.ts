import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tail } from '../../../src/server/log/tail.ts'
import { expectBytes } from '../../support/expect-bytes.ts'

type Step =
  | { do: 'durable'; sizeBytes: number }
  | { do: 'state'; key: string; sizeBytes: number }
  | { do: 'seal' }
  | { do: 'check'; until: number }

const sizeBytes = fc.integer({ min: 1, max: 30 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('durable' as const), sizeBytes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('state' as const),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      sizeBytes,
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'seal' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('check' as const), until: fc.nat(1_000_000) }),
  },
)

/** One frame of the model: where it lies, and its offset or the state it tells. */
interface Frame {
  readonly position: number
  readonly bytes: Buffer
  readonly offset: number | undefined
  readonly key: string | undefined
}

/** A tail and what it should hold: every chunk ever sealed, as frames. */
class Model {
  readonly tail: Tail
  readonly chunks: { start: number; offsetBefore: number; frames: Frame[] }[] = []
  #pending: Frame[] = []
  #offset: number
  #sealedOffset: number

  constructor(capacityBytes: number, lastOffset: number) {
    this.tail = new Tail(capacityBytes, lastOffset)
    this.#offset = lastOffset
    this.#sealedOffset = lastOffset
  }

  append(size: number, key?: string): void {
    const offset = key ? undefined : ++this.#offset
    const bytes = Buffer.alloc(size, `${offset ?? 's'};`)
    this.#pending.push({ position: this.tail.end, bytes, offset, key })
    if (key) this.tail.appendState(bytes, { key })
    else this.tail.appendDurable(bytes, 'chat 1')
  }

  seal(): void {
    const frames = this.#pending
    if (frames.length > 0)
      this.chunks.push({ start: frames[0]!.position, offsetBefore: this.#sealedOffset, frames })
    this.#sealedOffset = this.#offset
    this.#pending = []
    this.tail.seal()
  }

  /** Checks offsets, durable frames and states, reading up to `until`. */
  check(until: number): void {
    const { tail } = this
    const kept = this.chunks.filter((chunk) => chunk.start >= tail.start)
    const first = (kept[0]?.offsetBefore ?? this.#sealedOffset) + 1
    expect([tail.firstOffset, tail.sealedOffset]).toEqual([first, this.#sealedOffset])
    const durable = kept.flatMap(({ frames }) => frames.filter((frame) => frame.offset))
    expect(durable.map((frame) => frame.offset)).toEqual(
      Array.from({ length: this.#sealedOffset - first + 1 }, (_, i) => first + i),
    )
    for (let offset = first - 1; offset < this.#sealedOffset; offset++) {
      const last = Math.min(this.#sealedOffset, offset + 1 + (until % 40))
      const expected = durable.filter((frame) => frame.offset! > offset && frame.offset! <= last)
      const bytes = Buffer.concat(expected.map((frame) => frame.bytes))
      expectBytes(readAllDurable(tail, offset, last), bytes)
    }
    for (const [i, chunk] of kept.entries()) {
      const states = new Map(
        kept
          .slice(i)
          .flatMap(({ frames }) => frames)
          .filter(({ key }) => key !== undefined)
          .map(({ key, bytes }) => [key, bytes]),
      )
      for (const { position, bytes } of chunk.frames)
        for (const inside of [position, position + bytes.length - 1]) {
          const before = tail.offsetBefore(inside)
          if (before !== chunk.offsetBefore) expect(before).toBe(chunk.offsetBefore)
          const told = Buffer.concat(tail.statesSince(inside, undefined, 0))
          expectBytes(told, Buffer.concat([...states.values()]))
        }
    }
    expect(tail.offsetBefore(tail.sealedEnd)).toBe(this.#sealedOffset)
  }
}

/** The durable frames after `offset` up to `until`, read piece by piece. */
function readAllDurable(tail: Tail, offset: number, until: number): Buffer {
  const parts: Buffer[] = []
  let after = offset
  while (after < until) {
    const { bytes, lastOffset } = tail.readDurable(after, until)
    if (lastOffset <= after) throw new Error(`nothing after ${after}`)
    parts.push(bytes)
    after = lastOffset
  }
  if (after !== until) throw new Error(`read up to ${after}, not ${until}`)
  return Buffer.concat(parts)
}

test('durable frames are read by offset, positions tell the offset before them, and each state has a last frame', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.nat(50),
      fc.array(step, { maxLength: 400, size: 'max' }),
      (capacityBytes, lastOffset, steps) => {
        const model = new Model(capacityBytes, lastOffset)
        for (const next of steps) {
          if (next.do === 'durable') model.append(next.sizeBytes)
          else if (next.do === 'state') model.append(next.sizeBytes, next.key)
          else if (next.do === 'seal') model.seal()
          else model.check(next.until)
        }
        model.check(17)
        model.seal()
        model.check(39)
      },
    ),
    { numRuns: 60 },
  )
})

test('an empty tail begins after the last offset of the log', () => {
  const tail = new Tail(10, 41)
  expect([tail.firstOffset, tail.sealedOffset, tail.offsetBefore(0)]).toEqual([42, 41, 41])
})

test('a durable frame counts once it is sealed', () => {
  const tail = new Tail(10, 41)
  tail.appendDurable(Buffer.from('a'), 'chat 1')
  expect([tail.firstOffset, tail.sealedOffset]).toEqual([42, 41])
  tail.seal()
  expect([tail.firstOffset, tail.sealedOffset]).toEqual([42, 42])
})

test('frames without an offset leave the offsets as they are', () => {
  const tail = new Tail(2)
  tail.appendDurable(Buffer.from('ab'), 'chat 1')
  tail.seal()
  tail.appendState(Buffer.from('cd'), { key: 'a' })
  tail.seal()
  expect([tail.start, tail.firstOffset, tail.sealedOffset]).toEqual([2, 2, 1])
  tail.appendDurable(Buffer.from('ef'), 'chat 1')
  tail.seal()
  expect([tail.start, tail.firstOffset, tail.sealedOffset]).toEqual([4, 2, 2])
  expect(tail.readDurable(1, 2)).toEqual({ bytes: Buffer.from('ef'), lastOffset: 2 })
})

test('a chunk of durable frames only is handed out without a copy', () => {
  const tail = new Tail(100)
  tail.appendDurable(Buffer.from('a'), 'chat 1')
  tail.appendDurable(Buffer.from('b'), 'chat 1')
  tail.seal()
  expect(tail.readDurable(0, 2).bytes).toBe(tail.read(0))
})

test('the last frames of thousands of states come in few pieces, which keep nothing else in memory', () => {
  const tail = new Tail(1_000_000)
  for (let key = 0; key < 2_000; key++) {
    tail.appendState(Buffer.from(`state ${key};`), { key })
    tail.seal()
  }
  const pieces = tail.statesSince(0, undefined, 0)
  expect(pieces).toHaveLength(8)
  expect(Buffer.concat(pieces).toString().split(';')).toHaveLength(2_001)
  for (const { buffer, length } of pieces) expect(buffer.byteLength).toBe(length)
})
