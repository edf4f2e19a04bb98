import type { ServerFrame } from '../../protocol/server-frames.ts'

/** A final text frame without a mask: FIN and opcode 1 (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81

/** A ping frame without a payload. */
export const PING_FRAME: Buffer = Buffer.from([0x89, 0])

/** Encodes a frame once, ready to be written to any number of sockets. */
export function encodeFrame(frame: ServerFrame): Buffer {
  return encodeText(JSON.stringify(frame))
}

/** Encodes the start of a frame's JSON text, whose last `restBytes` are written after it. */
export function encodeText(text: string, restBytes = 0): Buffer {
  const textBytes = Buffer.byteLength(text)
  const length = textBytes + restBytes
  const headerLength = length < 126 ? 2 : length < 65536 ? 4 : 10
  const bytes = Buffer.allocUnsafe(headerLength + textBytes)
  bytes[0] = FINAL_TEXT
  if (headerLength === 2) {
    bytes[1] = length
  } else if (headerLength === 4) {
    bytes[1] = 126
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = 127
    bytes.writeUInt32BE(0, 2)
    bytes.writeUInt32BE(length, 6)
  }
  bytes.write(text, headerLength, 'utf8')
  return bytes
}
