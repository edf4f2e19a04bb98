import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ServerFrame } from '../../../src/protocol/server-frames.ts'
import { encodeFrame, encodeText, PING_FRAME } from '../../../src/server/frames/encode-frame.ts'

/** Reads one frame by RFC 6455, section 5.2, and refuses bytes that are left over. */
function parse(bytes: Buffer): { firstByte: number; payload: Buffer; headerLength: number } {
  const isMasked = (bytes[1]! & 0x80) !== 0
  if (isMasked) throw new Error('a server does not mask')
  const short = bytes[1]!
  const headerLength = short < 126 ? 2 : short === 126 ? 4 : 10
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const payload = bytes.subarray(headerLength)
  if (payload.length !== length) throw new Error(`${payload.length} bytes announced as ${length}`)
  return { firstByte: bytes[0]!, payload, headerLength }
}

function errorFrame(message: string): ServerFrame {
  return { type: 'ERROR', code: 'INTERNAL', message }
}

const EMPTY_LENGTH = JSON.stringify(errorFrame('')).length

/** A frame whose JSON takes exactly so many bytes. */
function frameOfLength(lengthBytes: number): ServerFrame {
  return errorFrame('x'.repeat(lengthBytes - EMPTY_LENGTH))
}

test.each([
  [EMPTY_LENGTH, 2],
  [124, 2],
  [125, 2],
  [126, 4],
  [127, 4],
  [65_534, 4],
  [65_535, 4],
  [65_536, 10],
  [65_537, 10],
  [1_000_000, 10],
])('a payload of %i bytes has a header of %i', (lengthBytes, headerLength) => {
  const parsed = parse(encodeFrame(frameOfLength(lengthBytes)))
  expect(parsed.firstByte).toBe(0x81)
  expect(parsed.payload.length).toBe(lengthBytes)
  expect(parsed.headerLength).toBe(headerLength)
  expect(JSON.parse(parsed.payload.toString())).toEqual(frameOfLength(lengthBytes))
})

test('a length counts bytes of UTF-8, not characters', () => {
  const text = '€'.repeat(40)
  const { payload, headerLength } = parse(encodeFrame(errorFrame(text)))
  expect(payload.length).toBe(EMPTY_LENGTH + 120)
  expect(headerLength).toBe(4)
  expect(JSON.parse(payload.toString()).message).toBe(text)
})

test('any text comes back as it was', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300, size: 'max' })
  fc.assert(
    fc.property(text, (message) => {
      const { payload } = parse(encodeFrame(errorFrame(message)))
      const decoded = new TextDecoder('utf-8', { fatal: true }).decode(payload)
      expect(JSON.parse(decoded)).toEqual(errorFrame(message))
    }),
  )
})

test('the ping frame is final, unmasked and empty', () => {
  expect(parse(PING_FRAME)).toMatchObject({ firstByte: 0x89, headerLength: 2 })
  expect(PING_FRAME.length).toBe(2)
})

test.each([10, 120, 126, 65_530, 70_000])(
  'the start of a frame announces the %i bytes too that are written after it',
  (restBytes) => {
    const rest = Buffer.alloc(restBytes, 'é')
    const { payload } = parse(Buffer.concat([encodeText('["é', restBytes), rest]))
    expect(payload).toEqual(Buffer.concat([Buffer.from('["é'), rest]))
  },
)
