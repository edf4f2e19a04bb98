import { OPCODE } from './masked-frame.ts'

/** Bits of the first two bytes of a frame: RFC 6455, section 5.2. */
const FIN = 0x80
const RESERVED = 0x70
const MASK = 0x80

const OPCODES: ReadonlySet<number> = new Set(Object.values(OPCODE))

/** The longest payload of a control frame. */
const MAX_CONTROL_BYTES = 125

/** Where a frame's payload begins and where the frame ends, in the bytes it was read from. */
export interface FrameExtent {
  payloadStart: number
  /** Beyond the bytes there are while the rest has not come. */
  end: number
}

/**
 * Reads the header of the frame at `at` into `extent`; false while not even that has come whole.
 * A masked frame, which no server may send, is read as if it were not.
 */
export function readExtent(
  bytes: Buffer,
  at: number,
  length: number,
  extent: FrameExtent,
): boolean {
  if (length - at < 2) return false
  const short = bytes[at + 1]! & 0x7f
  const headerLength = short < 126 ? 2 : short === 126 ? 4 : 10
  if (length - at < headerLength) return false
  extent.payloadStart = at + headerLength
  extent.end = extent.payloadStart + payloadLength(bytes, at, short)
  return true
}

/** Whether the header of the frame at `at`, which has come whole, is one that a server may send. */
export function isSoundHeader(bytes: Buffer, at: number): boolean {
  const first = bytes[at]!
  const second = bytes[at + 1]!
  const opcode = first & 0x0f
  if ((first & RESERVED) !== 0 || (second & MASK) !== 0 || !OPCODES.has(opcode)) return false
  return opcode < OPCODE.close || ((first & FIN) !== 0 && second <= MAX_CONTROL_BYTES)
}

function payloadLength(bytes: Buffer, at: number, short: number): number {
  if (short < 126) return short
  if (short === 126) return bytes.readUInt16BE(at + 2)
  return bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
}
