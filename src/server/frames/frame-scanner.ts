import { outOfPool } from './out-of-pool.ts'

const NOTHING: Buffer = Buffer.alloc(0)

/** The opcodes above this are of control frames. */
const LAST_DATA_OPCODE = 7

/** What the next bytes that a client sends hold. */
export interface Scan {
  /** How many of the bytes were looked at: all, or as far as the last frame that was allowed. */
  readonly bytes: number
  /** Frames that began in them of which no message comes yet: fragments, but for last ones. */
  readonly fragments: number
  /** Whether they are the inside of one payload, which goes on after them. */
  readonly isInside: boolean
}

/**
 * Finds the frames in what a client sends (RFC 6455, section 5.2), before `ws` reads them: it handles
 * at once whatever it is given, and tells of a message, however many frames it came in, and of an
 * endless one never.
 */
export class FrameScanner {
  /** Bytes of a payload that are still to come. */
  #unread = 0
  /** The beginning of a header. */
  #begun = NOTHING

  /** Looks at the bytes that come next, and stops where more than `maxFrames` would begin in them. */
  scan(chunk: Buffer, maxFrames: number): Scan {
    if (chunk.length < this.#unread) {
      this.#unread -= chunk.length
      return { bytes: chunk.length, fragments: 0, isInside: true }
    }
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk])
    let frames = 0
    let fragments = 0
    let at = this.#unread
    while (at < bytes.length && frames < maxFrames) {
      const end = endOfFrame(bytes, at)
      if (end === undefined) break
      frames += 1
      const isFinal = (bytes[at]! & 0x80) !== 0
      if (!isFinal && (bytes[at]! & 0x0f) <= LAST_DATA_OPCODE) fragments += 1
      at = end
    }
    this.#unread = Math.max(0, at - bytes.length)
    const isCut = at < bytes.length && frames === maxFrames
    const scanned = isCut ? at - this.#begun.length : chunk.length
    // A copy: the whole chunk would be kept for a few bytes of it.
    this.#begun = at < bytes.length && !isCut ? outOfPool(Buffer.from(bytes.subarray(at))) : NOTHING
    return { bytes: scanned, fragments, isInside: false }
  }
}

/** Where the frame at `at` ends; undefined where its header is not all there. */
function endOfFrame(bytes: Buffer, at: number): number | undefined {
  if (at + 2 > bytes.length) return undefined
  const second = bytes[at + 1]!
  const short = second & 0x7f
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  const payload = at + 2 + lengthBytes + (second & 0x80 ? 4 : 0)
  if (payload > bytes.length) return undefined
  if (lengthBytes === 0) return payload + short
  if (lengthBytes === 2) return payload + bytes.readUInt16BE(at + 2)
  return payload + Number(bytes.readBigUInt64BE(at + 2))
}
