const NOTHING: Buffer = Buffer.alloc(0)

/** The opcodes above this are of control frames. */
const LAST_DATA_OPCODE = 7

/**
 * Finds in what a client sends the frames of which no message comes yet (RFC 6455, section 5.4): `ws`
 * tells of a message, however many frames it came in, and of an endless one never.
 */
export class FragmentCounter {
  /** Bytes of a payload that are still to come. */
  #unread = 0
  /** The beginning of a header. */
  #begun = NOTHING

  /** How many fragments, but for last ones, begin in the bytes that come next. */
  count(chunk: Buffer): number {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk])
    let count = 0
    let at = this.#unread
    while (at < bytes.length) {
      const end = endOfFrame(bytes, at)
      if (end === undefined) break
      const isFinal = (bytes[at]! & 0x80) !== 0
      if (!isFinal && (bytes[at]! & 0x0f) <= LAST_DATA_OPCODE) count += 1
      at = end
    }
    this.#unread = Math.max(0, at - bytes.length)
    // A copy: the whole chunk would be kept for a few bytes of it.
    this.#begun = at < bytes.length ? Buffer.from(bytes.subarray(at)) : NOTHING
    return count
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
