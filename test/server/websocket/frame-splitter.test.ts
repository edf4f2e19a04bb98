import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeText, PING_FRAME } from '../../../src/server/frames/encode-frame.ts'
import { FrameSplitter } from '../../../src/server/websocket/frame-splitter.ts'

test('frames are found however they are divided among writes', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 130 }),
    fc.constantFrom('a'.repeat(125), 'b'.repeat(126), 'c'.repeat(65_535), 'd'.repeat(65_536)),
  )
  const cuts = fc.array(fc.nat(), { maxLength: 10 })
  fc.assert(
    fc.property(fc.array(fc.option(text), { maxLength: 6 }), cuts, (texts, cutAt) => {
      const bytes = Buffer.concat(texts.map((one) => (one === null ? PING_FRAME : encodeText(one))))
      const places = [...new Set(cutAt.map((at) => at % (bytes.length + 1))), 0, bytes.length]
      places.sort((a, b) => a - b)
      const splitter = new FrameSplitter()
      const found = places
        .slice(1)
        .flatMap((end, i) => splitter.split(bytes.subarray(places[i], end)))
      expect(found.map(({ opcode, payload }) => (opcode === 9 ? null : String(payload)))).toEqual(
        texts,
      )
    }),
  )
})
