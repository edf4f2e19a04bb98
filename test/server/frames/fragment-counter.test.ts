import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FragmentCounter } from '../../../src/server/frames/fragment-counter.ts'
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

it('counts what is no last fragment, however the bytes are divided', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 200 })), (given, steps) => {
      const bytes = Buffer.concat(
        given.map(({ size, ...frame }) =>
          encodeRawFrame({ ...frame, payload: Buffer.alloc(size, 0x01) }),
        ),
      )
      const counter = new FragmentCounter()
      let count = 0
      let at = 0
      for (const step of [...steps, bytes.length]) {
        count += counter.count(bytes.subarray(at, at + step))
        at += step
      }
      const expected = given.filter(({ isFinal, opcode }) => !isFinal && opcode < 8)
      expect(count).toBe(expected.length)
    }),
    { numRuns: 300 },
  )
})

it('bears a length that no frame has', () => {
  const counter = new FragmentCounter()
  const frame = encodeRawFrame({ opcode: OPCODE.text, isFinal: false, declared: 2n ** 63n })
  expect(counter.count(frame)).toBe(1)
  expect(counter.count(Buffer.alloc(1_000))).toBe(0)
})
