import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameBlocks } from '../../../src/server/frames/frame-blocks.ts'
import { expectBytes } from '../../support/expect-bytes.ts'

test('frames stay as they are, whatever is joined after them', () => {
  const frame = fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 3_000 }))
  const runs = fc.array(fc.array(frame, { maxLength: 4 }), { maxLength: 60 })
  fc.assert(
    fc.property(runs, (all) => {
      const blocks = new FrameBlocks()
      const joined = all.map((run) => {
        const frames = run.map(([byte, length]) => Buffer.alloc(length, byte))
        const whole = Buffer.concat(frames)
        return { whole, kept: blocks.join(frames, whole.length) }
      })
      for (const { whole, kept } of joined) expectBytes(kept, whole)
    }),
    { numRuns: 50 },
  )
})

test('small frames share blocks, and a large one is kept as it is', () => {
  const blocks = new FrameBlocks()
  const small = Array.from({ length: 1_000 }, () => blocks.join([Buffer.from('x'.repeat(99))], 99))
  expect(new Set(small.map(({ buffer }) => buffer)).size).toBe(Math.ceil(1_000 / 165))
  const large = Buffer.alloc(5_000)
  expect(blocks.join([large], large.length)).toBe(large)
})
