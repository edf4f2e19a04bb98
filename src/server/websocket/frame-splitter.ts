const NOTHING: Buffer = Buffer.alloc(0)

/** A frame without a mask, as servers send them (RFC 6455, section 5.2). */
export interface SentFrame {
  readonly opcode: number
  readonly payload: Buffer
}

/** Finds the frames in what a server writes, however they are divided among its writes. */
export class FrameSplitter {
  #rest = NOTHING

  /** The frames that end in `bytes`. */
  split(bytes: Buffer): SentFrame[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const frames: SentFrame[] = []
    let at = 0
    for (let frame = readFrame(all, at); frame; frame = readFrame(all, at)) {
      frames.push({ opcode: all[at]! & 0x0f, payload: all.subarray(frame.start, frame.end) })
      at = frame.end
    }
    this.#rest = all.subarray(at)
    return frames
  }
}

/** Where the payload of the frame at `at` begins and ends; undefined where it is not all there. */
function readFrame(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  const short = (bytes[at + 1] ?? 0) & 0x7f
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  const start = at + 2 + lengthBytes
  if (bytes.length < start) return undefined
  const length = lengthBytes === 0 ? short : Number(`0x${bytes.toString('hex', at + 2, start)}`)
  return start + length > bytes.length ? undefined : { start, end: start + length }
}
