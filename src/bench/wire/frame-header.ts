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

function payloadLength(bytes: Buffer, at: number, short: number): number {
  if (short < 126) return short
  if (short === 126) return bytes.readUInt16BE(at + 2)
  return bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
}
