/** A WebSocket frame as an attacker may write it. What is not given is as it should be. */
export interface RawFrame {
  readonly opcode: number
  readonly payload?: Uint8Array | string
  readonly isFinal?: boolean
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number
  readonly isMasked?: boolean
  /** A length that need not be the payload's. */
  readonly declared?: bigint
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78])

/** The bytes of a frame (RFC 6455, section 5.2), masked with a constant. */
export function encodeRawFrame(frame: RawFrame): Buffer {
  const { opcode, isFinal = true, reserved = 0, isMasked = true } = frame
  const payload = Buffer.from(frame.payload ?? '')
  const length = frame.declared ?? BigInt(payload.length)
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const maskBit = isMasked ? 0x80 : 0
  let header: Buffer
  if (length < 126n) header = Buffer.from([first, maskBit | Number(length)])
  else if (length < 65_536n) {
    header = Buffer.from([first, maskBit | 126, 0, 0])
    header.writeUInt16BE(Number(length), 2)
  } else {
    header = Buffer.from([first, maskBit | 127, 0, 0, 0, 0, 0, 0, 0, 0])
    header.writeBigUInt64BE(length, 2)
  }
  if (!isMasked) return Buffer.concat([header, payload])
  const masked = payload.map((byte, i) => byte ^ MASK[i % 4]!)
  return Buffer.concat([header, MASK, masked])
}

/** The code of the close frame in what a server sent after its upgrade, one character a byte. */
export function closeCodeIn(received: string): number | undefined {
  const bytes = Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1')
  let at = 0
  while (at + 4 <= bytes.length) {
    const short = bytes[at + 1]! & 0x7f
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2))
    const header = short < 126 ? 2 : short === 126 ? 4 : 10
    if ((bytes[at]! & 0x0f) === OPCODE.close) return bytes.readUInt16BE(at + header)
    at += header + length
  }
  return undefined
}
