import type { FrameFilter, Place } from '../frames/audience.ts'
import { FrameBlocks } from '../frames/frame-blocks.ts'
import { type DurableFrames, type FrameRun, sliceFrames, startsOf } from '../frames/frame-run.ts'
import { outOfPool } from '../frames/out-of-pool.ts'
import {
  type Chunk,
  DROPPED,
  NO_FRAMES,
  NO_STATES,
  type Sealed,
  type State,
  type StateFrame,
} from './chunk.ts'

/** Chunks that are kept: one of a single small frame takes some 450 bytes of memory besides its own. */
const MAX_CHUNKS = 32 * 1024

/** Frames that tell a state, each of some 100 bytes, in a piece. */
const PIECE_FRAMES = 256

/**
 * The newest part of what is sent to everyone, as encoded frames, held once for all connections.
 *
 * A position counts bytes since the server started. `start <= sealedEnd <= end`; a frame appended
 * lies between the last two until `seal` makes it readable. The offsets of durable frames are
 * consecutive.
 */
export class Tail {
  readonly #capacityBytes: number
  readonly #blocks = new FrameBlocks()
  /** `#chunks[#head]` is the oldest; what stands before it was dropped. */
  #chunks: Chunk[] = []
  #head = 0
  #start = 0
  /** How often a connection that lagged was spared what is not durable. */
  sheds = 0
  #sealedEnd = 0
  #sealedOffset: number
  /** The newest message that was deleted since it was told. */
  #deletedOffset = 0
  #pending: Buffer[] = []
  #pendingPlaces: Place[] = []
  #pendingBytes = 0
  /** Which of the pending frames are durable. */
  #pendingDurable: number[] = []
  #pendingStates: StateFrame[] = []

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

  /** The oldest offset from which on no frame tells a message that was deleted since. */
  get firstCurrentOffset(): number {
    return Math.max(this.firstOffset, this.#deletedOffset + 1)
  }

  /** The message at an offset was deleted: its frame still says what it said. */
  noteDeleted(offset: number): void {
    this.#deletedOffset = Math.max(this.#deletedOffset, offset)
  }

  /** Appends the durable frame with the next offset. */
  appendDurable(frame: Buffer, place: Place): void {
    this.#pendingDurable.push(this.#pending.length)
    this.#append(frame, place)
  }

  /** Appends a frame that tells a state: of those with one key, only the last is ever needed. */
  appendState(frame: Buffer, state: State): void {
    const start = this.#pendingBytes
    this.#append(frame, state.place)
    const { key, place, ofUser } = state
    // Written out: a spread object has a hidden class of its own, which is larger than itself.
    this.#pendingStates.push({ key, place, ofUser, start, end: this.#pendingBytes })
  }

  /** Appends a frame that whoever lags can do without. */
  appendPassing(frame: Buffer, place?: Place): void {
    this.#append(frame, place)
  }

  /**
   * Makes everything appended readable, as one chunk, and drops the oldest beyond capacity.
   * Returns what that was.
   */
  seal(): Sealed | undefined {
    if (this.#pendingBytes === 0) return undefined
    const sealed = { start: this.#sealedEnd, frames: this.#pending, places: this.#pendingPlaces }
    const { frames } = sealed
    const bytes = this.#blocks.join(frames, this.#pendingBytes)
    this.#chunks.push({
      start: this.#sealedEnd,
      bytes,
      firstOffset: this.#sealedOffset + 1,
      durable: this.#durableRun(bytes),
      states: this.#pendingStates.length === 0 ? NO_STATES : this.#pendingStates,
    })
    this.#sealedEnd += bytes.length
    this.#sealedOffset += this.#pendingDurable.length
    this.#pending = []
    this.#pendingPlaces = []
    this.#pendingBytes = 0
    this.#pendingDurable = []
    this.#pendingStates = []
    this.#trim()
    return sealed
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
  readDurable(offset: number, until: number, filter?: FrameFilter): DurableFrames {
    const index = this.#newest((chunk) => chunk.firstOffset <= offset + 1)
    const { durable, firstOffset } = this.#chunks[index]!
    const lastOffset = Math.min(until, firstOffset + durable.starts.length - 1)
    const range = { from: offset + 1 - firstOffset, to: lastOffset + 1 - firstOffset }
    return { bytes: sliceFrames(durable, range, filter), lastOffset }
  }

  /** The newest offset before the chunk that holds `position` (in `start … sealedEnd`). */
  offsetBefore(position: number): number {
    if (position >= this.#sealedEnd) return this.#sealedOffset
    return this.#chunks[this.#indexOf(position)]!.firstOffset - 1
  }

  /**
   * The last frame of each state that changed in the chunk that holds `position` (in
   * `start … sealedEnd - 1`) or since, as far as a filter lets it through; in pieces of their own, which
   * keep nothing else in memory.
   */
  statesSince(position: number, filter: FrameFilter | undefined, exceptUser: number): Buffer[] {
    const frames = new Map<string | number, Buffer>()
    for (let index = this.#indexOf(position); index < this.#chunks.length; index++) {
      const { states, bytes } = this.#chunks[index]!
      for (const { key, place, ofUser, start, end } of states)
        if (ofUser !== exceptUser && (!filter || filter.passes(place)))
          frames.set(key, bytes.subarray(start, end))
    }
    return joinedInPieces([...frames.values()])
  }

  #append(frame: Buffer, place: Place): void {
    this.#pending.push(frame)
    this.#pendingPlaces.push(place)
    this.#pendingBytes += frame.length
  }

  /** The frames of a chunk that are durable; `bytes` themselves where all are. */
  #durableRun(bytes: Buffer): FrameRun {
    const indexes = this.#pendingDurable
    if (indexes.length === 0) return NO_FRAMES
    const isAll = indexes.length === this.#pending.length
    const frames = isAll ? this.#pending : indexes.map((index) => this.#pending[index]!)
    const places = isAll ? this.#pendingPlaces : indexes.map((index) => this.#pendingPlaces[index])
    const length = frames.reduce((sum, frame) => sum + frame.length, 0)
    return {
      bytes: isAll ? bytes : this.#blocks.join(frames, length),
      starts: startsOf(frames),
      places,
    }
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
    while (
      this.#head < newest &&
      (this.#sealedEnd - this.#start > this.#capacityBytes || newest - this.#head >= MAX_CHUNKS)
    ) {
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

function joinedInPieces(frames: readonly Buffer[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let from = 0; from < frames.length; from += PIECE_FRAMES)
    pieces.push(outOfPool(Buffer.concat(frames.slice(from, from + PIECE_FRAMES))))
  return pieces
}
