import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FrameScanner } from '../../../src/server/frames/frame-scanner.ts'
import { encodeRawFrame, OPCODE } from '../../attack/raw-frame.ts'

const sizes = fc.oneof(fc.nat(3), fc.constantFrom(125, 126, 127, 65_535, 65_536), fc.nat(300))
const frames = fc.array(
  fc.record({
    opcode: fc.constantFrom(...Object.values(OPCODE)),
    isFinal: fc.boolean(),
    isMasked: fc.boolean(),
    size: sizes,
  }),
  { maxLength: 12 },
)

it('counts what is no last fragment, and lets no more frames pass, however the bytes are divided', () => {
  fc.assert(
    fc.property(
      ...[frames, fc.array(fc.integer({ min: 1, max: 200 })), fc.integer({ min: 1, max: 5 })],
      (given, steps, maxFrames) => {
        const encoded = given.map(({ size, ...frame }) =>
          encodeRawFrame({ ...frame, payload: Buffer.alloc(size, 0x01) }),
        )
        const ends = encoded.map((_, i) => Buffer.concat(encoded.slice(0, i + 1)).length)
        const bytes = Buffer.concat(encoded)
        const scanner = new FrameScanner()
        let fragments = 0
        let at = 0
        for (const step of [...steps, ...Array(20).fill(bytes.length)]) {
          const chunk = bytes.subarray(at, at + step)
          const scan = scanner.scan(chunk, maxFrames)
          const next = at + scan.bytes
          const ended = ends.filter((end) => end > at && end <= next)
          // The last frame that began may end in what is still to come.
          expect(ended.length).toBeLessThanOrEqual(maxFrames + 1)
          if (scan.bytes < chunk.length) expect(ends).toContain(next)
          if (scan.isInside) expect(ended).toEqual([])
          fragments += scan.fragments
          at = next
        }
        expect(at).toBe(bytes.length)
        const expected = given.filter(({ isFinal, opcode }) => !isFinal && opcode < 8)
        expect(fragments).toBe(expected.length)
      },
    ),
    { numRuns: 300 },
  )
})

it('bears a length that no frame has', () => {
  const scanner = new FrameScanner()
  const frame = encodeRawFrame({ opcode: OPCODE.text, isFinal: false, declared: 2n ** 63n })
  expect(scanner.scan(frame, 1).fragments).toBe(1)
  expect(scanner.scan(Buffer.alloc(1_000), 1)).toEqual({
    ...{ bytes: 1_000, fragments: 0, isInside: true },
  })
})
