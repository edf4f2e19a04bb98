import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSoundHeader } from '../../../src/bench/wire/frame-header.ts'
import { findFrameStart } from '../../../src/bench/wire/frame-start.ts'
import { encodeText } from '../../../src/server/frames/encode-frame.ts'

describe('isSoundHeader', () => {
  it.each([
    ['a text frame', [0x81, 5], true],
    ['the first of several frames', [0x01, 5], true],
    ['a continuation', [0x00, 5], true],
    ['a ping', [0x89, 125], true],
    ['a close', [0x88, 2], true],
    ['a reserved bit', [0xc1, 5], false],
    ['a reserved opcode', [0x83, 5], false],
    ['a reserved opcode of control frames', [0x8b, 0], false],
    ['a mask', [0x81, 0x85], false],
    ['a ping in several frames', [0x09, 5], false],
    ['a ping that is too long', [0x89, 126], false],
  ])('judges %s', (_, bytes, isSound) => {
    expect(isSoundHeader(Buffer.from(bytes), 0)).toBe(isSound)
  })

  it('takes no text for a header', () => {
    for (let byte = 0x20; byte < 0x7f; byte++)
      expect(isSoundHeader(Buffer.from([byte, byte]), 0)).toBe(false)
  })
})

describe('findFrameStart', () => {
  const rests = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 })
  const lengths = fc.constantFrom(0, 90, 200, 70_000)

  it('finds the next frame of any length behind any rest of another', () => {
    fc.assert(
      fc.property(rests, lengths, (rest, length) => {
        const damaged = Buffer.from(rest.map((byte) => (byte === 0x81 ? 0 : byte)))
        const frame = encodeText(JSON.stringify({ type: 'X', text: 'x'.repeat(length) }))
        const bytes = Buffer.concat([damaged, frame, Buffer.from('{"type":"')])
        expect(findFrameStart(bytes, 0, bytes.length)).toBe(damaged.length)
        expect(findFrameStart(bytes, damaged.length + 1, bytes.length)).toBe(-1)
      }),
    )
  })

  it('finds nothing in a frame beyond its own beginning, nor beyond what has come', () => {
    const frame = encodeText(JSON.stringify({ type: 'X', text: '{"type":"X"}', list: [{ a: 1 }] }))
    expect(findFrameStart(frame, 1, frame.length)).toBe(-1)
    expect(findFrameStart(frame, 0, 8)).toBe(-1)
  })
})
