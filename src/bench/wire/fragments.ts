import { OPCODE } from './masked-frame.ts'

const FIN = 0x80

/** The longest message of a server: a greeting that names two million users is as long. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024

/** The most frames that one message may come in. */
const MAX_FRAGMENTS = 4_096

/** Whether a frame, by its first byte, is the first of several that carry one message. */
export function beginsFragments(firstByte: number): boolean {
  const opcode = firstByte & 0x0f
  return (firstByte & FIN) === 0 && opcode !== OPCODE.continuation && opcode < OPCODE.close
}

/** Whether a frame, by its first byte, carries more of a message that has begun. */
export function continuesFragments(firstByte: number): boolean {
  return (firstByte & 0x0f) === OPCODE.continuation
}

/** A message that comes in several frames, as a proxy may send it. */
export class Fragments {
  readonly #opcode: number
  readonly #payloads: Buffer[] = []
  #bytes = 0

  /** @param firstByte of the first frame */
  constructor(firstByte: number) {
    this.#opcode = firstByte & 0x0f
  }

  /** Whether it is longer, or comes in more frames, than a server has a reason for. */
  get isTooLong(): boolean {
    return this.#bytes > MAX_MESSAGE_BYTES || this.#payloads.length > MAX_FRAGMENTS
  }

  /** What has come of the message's payload. */
  get payload(): Buffer {
    return Buffer.concat(this.#payloads)
  }

  /** Takes in the payload of the next frame; returns the message as a single one after the last. */
  add(firstByte: number, payload: Buffer): Buffer | undefined {
    this.#payloads.push(Buffer.from(payload))
    this.#bytes += payload.length
    if ((firstByte & FIN) === 0) return undefined
    const whole = Buffer.concat(this.#payloads)
    return Buffer.concat([header(FIN | this.#opcode, whole.length), whole])
  }
}

/** The head of a frame that is not masked (RFC 6455, section 5.2). */
function header(firstByte: number, length: number): Buffer {
  if (length < 126) return Buffer.from([firstByte, length])
  if (length < 65_536) return Buffer.from([firstByte, 126, length >>> 8, length & 0xff])
  const long = Buffer.alloc(10)
  long[0] = firstByte
  long[1] = 127
  long.writeBigUInt64BE(BigInt(length), 2)
  return long
}
