/** A run of whole frames that was sealed in one go. */
interface Chunk {
  /** Position of its first byte. */
  readonly start: number
  readonly bytes: Buffer
  /** The offset of its first durable frame; of the next one to come where it has none. */
  readonly firstOffset: number
  readonly durable: FrameRun
  /** Who came or went in it, in order. */
  readonly statuses: readonly Status[]
}

/** Durable frames with consecutive offsets: their bytes, and where in them each begins. */
interface FrameRun {
  readonly bytes: Buffer
  readonly starts: readonly number[]
}

/** That a user came or went. */
export interface Status {
  readonly userId: number
  readonly isOnline: boolean
}

/** Durable frames up to and including the one of `lastOffset`. */
export interface DurableFrames {
  readonly bytes: Buffer
  readonly lastOffset: number
}

const NOTHING = Buffer.alloc(0)

/** Stands for a chunk that left the tail, so that its bytes can be collected. */
const DROPPED: Chunk = {
  start: 0,
  bytes: NOTHING,
  firstOffset: 0,
  durable: { bytes: NOTHING, starts: [] },
  statuses: [],
}

/**
 * The newest part of what is sent to everyone, as encoded frames, held once for all connections.
 *
 * A position counts bytes since the server started. `start <= sealedEnd <= end`; a frame appended
 * lies between the last two until `seal` makes it readable. The offsets of durable frames are
 * consecutive.
 */
export class Tail {
  readonly #capacityBytes: number
  /** `#chunks[#head]` is the oldest; what stands before it was dropped. */
  #chunks: Chunk[] = []
  #head = 0
  #start = 0
  /** How often a connection that lagged was spared what is not durable. */
  sheds = 0
  #sealedEnd = 0
  #sealedOffset: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** Which of the pending frames are durable. */
  #pendingDurable: number[] = []
  #pendingStatuses: Status[] = []

  /**
   * @param capacityBytes sealed bytes to keep; the newest chunk is always kept whole
   * @param lastOffset the offset before the first durable frame
   */
  constructor(capacityBytes: number, lastOffset = 0) {
    this.#capacityBytes = capacityBytes
    this.#sealedOffset = lastOffset
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

  /** The newest offset that can be read. */
  get sealedOffset(): number {
    return this.#sealedOffset
  }

  /** The oldest offset that can be read; `sealedOffset + 1` when there is none. */
  get firstOffset(): number {
    return this.#chunks[this.#head]?.firstOffset ?? this.#sealedOffset + 1
  }

  /** Appends the durable frame with the next offset. */
  appendDurable(frame: Buffer): void {
    this.#pendingDurable.push(this.#pending.length)
    this.#append(frame)
  }

  /** Appends a frame that says who came or went. */
  appendStatus(frame: Buffer, status: Status): void {
    this.#pendingStatuses.push(status)
    this.#append(frame)
  }

  /** Appends a frame that is neither. */
  appendEphemeral(frame: Buffer): void {
    this.#append(frame)
  }

  /**
   * Makes everything appended readable, as one chunk, and drops the oldest beyond capacity.
   * Returns how many frames that were.
   */
  seal(): number {
    if (this.#pendingBytes === 0) return 0
    const frames = this.#pending
    const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames, this.#pendingBytes)
    this.#chunks.push({
      start: this.#sealedEnd,
      bytes,
      firstOffset: this.#sealedOffset + 1,
      durable: this.#durableRun(bytes),
      statuses: this.#pendingStatuses,
    })
    this.#sealedEnd += bytes.length
    this.#sealedOffset += this.#pendingDurable.length
    this.#pending = []
    this.#pendingBytes = 0
    this.#pendingDurable = []
    this.#pendingStatuses = []
    this.#trim()
    return frames.length
  }

  /** The sealed bytes from `position` (in `start … sealedEnd - 1`) to the end of its chunk. */
  read(position: number): Buffer {
    const newest = this.#chunks[this.#chunks.length - 1]!
    const chunk = position >= newest.start ? newest : this.#chunks[this.#indexOf(position)]!
    return position === chunk.start ? chunk.bytes : chunk.bytes.subarray(position - chunk.start)
  }

  /**
   * The durable frames after `offset` (in `firstOffset - 1 … sealedOffset - 1`) to the end of
   * their chunk, or to `until` if that comes first.
   */
  readDurable(offset: number, until: number): DurableFrames {
    const index = this.#newest((chunk) => chunk.firstOffset <= offset + 1)
    const { durable, firstOffset } = this.#chunks[index]!
    const last = Math.min(until, firstOffset + durable.starts.length - 1)
    const from = durable.starts[offset + 1 - firstOffset]!
    const to = durable.starts[last + 1 - firstOffset] ?? durable.bytes.length
    const isWhole = from === 0 && to === durable.bytes.length
    return { bytes: isWhole ? durable.bytes : durable.bytes.subarray(from, to), lastOffset: last }
  }

  /** The newest offset before the chunk that holds `position` (in `start … sealedEnd`). */
  offsetBefore(position: number): number {
    if (position >= this.#sealedEnd) return this.#sealedOffset
    return this.#chunks[this.#indexOf(position)]!.firstOffset - 1
  }

  /**
   * The last status of each user that came or went in the chunk that holds `position` (in
   * `start … sealedEnd - 1`) or since: user id → online.
   */
  statusesSince(position: number): Map<number, boolean> {
    const statuses = new Map<number, boolean>()
    for (let index = this.#indexOf(position); index < this.#chunks.length; index++)
      for (const status of this.#chunks[index]!.statuses)
        statuses.set(status.userId, status.isOnline)
    return statuses
  }

  #append(frame: Buffer): void {
    this.#pending.push(frame)
    this.#pendingBytes += frame.length
  }

  /** The frames of a chunk that are durable; `bytes` themselves where all are. */
  #durableRun(bytes: Buffer): FrameRun {
    const frames = this.#pending
    const indexes = this.#pendingDurable
    const isAll = indexes.length === frames.length
    const durable = isAll ? frames : indexes.map((index) => frames[index]!)
    let length = 0
    const starts = durable.map((frame) => {
      length += frame.length
      return length - frame.length
    })
    return { bytes: isAll ? bytes : Buffer.concat(durable, length), starts }
  }

  #indexOf(position: number): number {
    return this.#newest((chunk) => chunk.start <= position)
  }

  /** Index of the newest chunk for which `isReached` holds, as it does for all before it. */
  #newest(isReached: (chunk: Chunk) => boolean): number {
    let low = this.#head
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (isReached(this.#chunks[middle]!)) low = middle
      else high = middle - 1
    }
    return low
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
