/** What a frame carries: RFC 6455, section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Encodes a final frame as a client must send it: masked. */
export function encodeMasked(opcode: number, payload: Buffer | string): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
  const headerLength = (length < 126 ? 2 : length < 65_536 ? 4 : 10) + 4
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = 0x80 | opcode
  if (length < 126) frame[1] = 0x80 | length
  else if (length < 65_536) {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 0x80 | 127
    frame.writeUInt32BE(0, 2)
    frame.writeUInt32BE(length, 6)
  }
  const mask = (Math.random() * 2 ** 32) >>> 0
  frame.writeUInt32BE(mask, headerLength - 4)
  if (typeof payload === 'string') frame.write(payload, headerLength, 'utf8')
  else payload.copy(frame, headerLength)
  for (let i = 0; i < length; i++) frame[headerLength + i]! ^= frame[headerLength - 4 + (i & 3)]!
  return frame
}
