/** A run of whole frames that was flushed in one go. */
interface Chunk {
  /** Position of its first byte. */
  readonly start: number
  readonly bytes: Buffer
}

/** Stands for a chunk that left the tail, so that its bytes can be collected. */
const DROPPED: Chunk = { start: 0, bytes: Buffer.alloc(0) }

/**
 * The newest part of what is sent to everyone, as encoded frames, held once for all connections.
 *
 * A position counts bytes since the server started. `start <= sealedEnd <= end`; a frame appended
 * lies between the last two until `seal` makes it readable.
 */
export class Tail {
  readonly #capacityBytes: number
  /** `#chunks[#head]` is the oldest; what stands before it was dropped. */
  #chunks: Chunk[] = []
  #head = 0
  #start = 0
  #sealedEnd = 0
  #pending: Buffer[] = []
  #pendingBytes = 0

  /** @param capacityBytes sealed bytes to keep; the newest chunk is always kept whole */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes
  }

  /** The oldest position that can still be read. */
  get start(): number {
    return this.#start
  }

  get sealedEnd(): number {
    return this.#sealedEnd
  }

  /** The position that the next frame will get. */
  get end(): number {
    return this.#sealedEnd + this.#pendingBytes
  }

  append(frame: Buffer): void {
    this.#pending.push(frame)
    this.#pendingBytes += frame.length
  }

  /** Makes everything appended readable, as one chunk, and drops the oldest beyond capacity. */
  seal(): void {
    if (this.#pendingBytes === 0) return
    const bytes =
      this.#pending.length === 1
        ? this.#pending[0]!
        : Buffer.concat(this.#pending, this.#pendingBytes)
    this.#chunks.push({ start: this.#sealedEnd, bytes })
    this.#sealedEnd += this.#pendingBytes
    this.#pending = []
    this.#pendingBytes = 0
    this.#trim()
  }

  /** The sealed bytes from `position` (in `start … sealedEnd - 1`) to the end of its chunk. */
  read(position: number): Buffer {
    const newest = this.#chunks[this.#chunks.length - 1]!
    const chunk = position >= newest.start ? newest : this.#find(position)
    return position === chunk.start ? chunk.bytes : chunk.bytes.subarray(position - chunk.start)
  }

  #find(position: number): Chunk {
    let low = this.#head
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#chunks[middle]!.start <= position) low = middle
      else high = middle - 1
    }
    return this.#chunks[low]!
  }

  #trim(): void {
    const newest = this.#chunks.length - 1
    while (this.#head < newest && this.#sealedEnd - this.#start > this.#capacityBytes) {
      this.#chunks[this.#head] = DROPPED
      this.#head += 1
      this.#start = this.#chunks[this.#head]!.start
    }
    // Cutting the array costs its length, so it is done only when half of it is dead.
    if (this.#head > 64 && this.#head * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
  }
}
