import { describe, expect, it } from 'vitest'
import { FrameReader, type FrameSink } from '../../../src/bench/wire/frame-reader.ts'

const MIB = 1024 * 1024

/** A frame of a server, which may say of itself that it is longer than it is. */
function frame(first: number, payload: Buffer, saidLength = payload.length): Buffer {
  const head = Buffer.alloc(10)
  head[0] = first
  head[1] = 127
  head.writeBigUInt64BE(BigInt(saidLength), 2)
  return Buffer.concat([head, payload])
}

const text = (content: string) => Buffer.from(JSON.stringify({ type: 'X', content }))

/** A reader, what it made of the bytes, and how many it keeps. */
function createReader() {
  const seen = { taken: [] as string[], damaged: 0 }
  const sink: FrameSink = {
    follow: (_bytes, at) => at,
    takeBackBegun: () => undefined,
    take: (bytes, { payloadStart, end }) => {
      seen.taken.push(bytes.toString('utf8', payloadStart, end))
      return 'taken'
    },
    noteDamage: () => {
      seen.damaged += 1
    },
  }
  const reader = new FrameReader(sink, { onPing: () => {}, onClose: () => {} })
  const read = (bytes: Buffer) => reader.read(bytes, 0, bytes.length, 0)
  return { seen, read }
}

describe('FrameReader', () => {
  it('reads a message in several frames as one', () => {
    const { seen, read } = createReader()
    const whole = text('a'.repeat(1_000))
    read(frame(0x01, whole.subarray(0, 10)))
    read(frame(0x00, whole.subarray(10, 500)))
    read(frame(0x80, whole.subarray(500)))
    expect(seen).toEqual({ taken: [whole.toString()], damaged: 0 })
  })

  it.each([
    ['2^40 bytes', 2 ** 40],
    ['2^53 bytes', 2 ** 53],
    ['one byte too many', 16 * MIB + 1],
  ])(
    'a frame that says it has %s is damaged, is not waited for, and the next is read',
    (_, said) => {
      const { seen, read } = createReader()
      read(frame(0x81, Buffer.alloc(1_000), said))
      for (let i = 0; i < 64; i += 1) read(Buffer.alloc(MIB, 'x'))
      const next = text('after')
      read(Buffer.concat([Buffer.from([0x81, next.length]), next]))
      expect(seen).toEqual({ taken: [next.toString()], damaged: 1 })
    },
  )

  it.each([
    ['empty frames', Buffer.alloc(0), 4_100],
    ['long frames', Buffer.alloc(MIB), 17],
  ])('a message of endless %s is given up, and the next is read', (_, payload, count) => {
    const { seen, read } = createReader()
    read(frame(0x01, payload))
    expect(seen.damaged).toBe(0)
    for (let i = 0; i < count; i += 1) read(frame(0x00, payload))
    expect(seen.damaged).toBe(1)
    const next = text('after')
    read(frame(0x81, next))
    expect(seen.taken.at(-1)).toBe(next.toString())
  })
})
