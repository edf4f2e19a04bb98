/** Runs below this are gathered: Node gives them a place in a pool that others use as well. */
const SMALL_BYTES = Buffer.poolSize >>> 1

/** Small beside what waits in one socket, which holds the blocks that it is sent a part of. */
const BLOCK_BYTES = 16 * 1024

const NOTHING = Buffer.alloc(0)

/**
 * Keeps small runs of frames in blocks that hold nothing else. A frame as it was encoded lies in a pool
 * among what is soon forgotten, all of which it would keep in memory: of 8 KB, perhaps, 80 bytes.
 */
export class FrameBlocks {
  #block = NOTHING
  #used = 0

  /** These frames, whose bytes are so many, one after the other. */
  join(frames: readonly Buffer[], length: number): Buffer {
    if (length >= SMALL_BYTES)
      return frames.length === 1 ? frames[0]! : Buffer.concat(frames, length)
    if (length === 0) return NOTHING
    if (this.#used + length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
      this.#used = 0
    }
    const start = this.#used
    for (const frame of frames) {
      this.#block.set(frame, this.#used)
      this.#used += frame.length
    }
    return this.#block.subarray(start, this.#used)
  }
}
