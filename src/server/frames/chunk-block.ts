/** Chunks below this are gathered. */
const SMALL_BYTES = 1024

const BLOCK_BYTES = 4 * SMALL_BYTES

/**
 * Small chunks as one: `ws` keeps those of a payload apart until it is whole, so that one which drips in
 * byte by byte would be as many buffers, each of far more than it holds.
 */
export class ChunkBlock {
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  #length = 0

  /** Whether a chunk is small enough to be copied. */
  static isFor(chunk: Buffer): boolean {
    return chunk.length < SMALL_BYTES
  }

  /** Adds a small chunk to a block that is not full. */
  add(chunk: Buffer): void {
    this.#length += chunk.copy(this.#block, this.#length)
  }

  /** Whether another small chunk might be too much. */
  get isFull(): boolean {
    return this.#length + SMALL_BYTES > BLOCK_BYTES
  }

  get bytes(): Buffer {
    return this.#block.subarray(0, this.#length)
  }
}
