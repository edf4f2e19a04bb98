import { crc32 } from 'node:zlib'
import {
  addToBlock,
  BLOCK_SIZE,
  type Block,
  checksumOf,
  createBlock,
  type NewEntry,
  releaseBytes,
} from './block.ts'

const SIZE_BITS = Math.log2(BLOCK_SIZE)

/** Bytes to keep of what every cursor has passed; of what is older only sums are kept. */
const KEPT_BYTES = 64 * 1024 * 1024

/**
 * What the server sends to all, in its order, as the first connection of a generator that was sent
 * it had it. Every other connection is a cursor over it and compares bytes: nothing is parsed twice.
 *
 * Durable events are known by their offset, which need not grow with the index.
 */
export class KnownStream {
  readonly #blocks: Block[] = []
  #end = 0
  /** Offset − `#firstOffset` → index of its entry; -1 where it is not known. */
  #indexes = new Int32Array(1024).fill(-1)
  #firstOffset = -1
  #lastOffset = 0
  /** User → index of its newest presence entry; -1 for none. */
  readonly #newestOf: Int32Array
  /** Blocks before this one were passed by every cursor, and those before the other hold no bytes. */
  #passed = 0
  #released = 0
  #keptBytes = 0

  constructor(userCount: number) {
    this.#newestOf = new Int32Array(userCount).fill(-1)
  }

  /** The index that the next entry will get. */
  get end(): number {
    return this.#end
  }

  /** The newest offset that is known; 0 before the first. */
  get lastOffset(): number {
    return this.#lastOffset
  }

  blockOf(index: number): Block {
    return this.#blocks[index >>> SIZE_BITS]!
  }

  /** Where in its block an entry stands. */
  placeOf(index: number): number {
    return index & (BLOCK_SIZE - 1)
  }

  /** What an entry is, of ENTRY. */
  kindOf(index: number): number {
    return this.blockOf(index).kinds[this.placeOf(index)]!
  }

  /** The bytes of an entry, header included; they must not be changed. */
  bytesOf(index: number): Buffer {
    const block = this.blockOf(index)
    const place = this.placeOf(index)
    return block.bytes.subarray(block.starts[place]!, block.starts[place + 1]!)
  }

  isSame(index: number, bytes: Buffer, at: number, end: number): boolean {
    const block = this.blockOf(index)
    const place = this.placeOf(index)
    const start = block.starts[place]!
    const stop = block.starts[place + 1]!
    if (stop - start !== end - at) return false
    if (block.crcs) return block.crcs[place] === crc32(bytes.subarray(at, end))
    return block.bytes.compare(bytes, at, end, start, stop) === 0
  }

  /** The index of the durable event with an offset; -1 when it is not known. */
  find(offset: number): number {
    const place = offset - this.#firstOffset
    return place >= 0 && place < this.#indexes.length ? this.#indexes[place]! : -1
  }

  /** The index of the newest presence entry of a user; -1 for none. */
  newestOf(user: number): number {
    return this.#newestOf[user]!
  }

  /** What was said of users so far says nothing about what comes. */
  forgetPresence(): void {
    this.#newestOf.fill(-1)
  }

  /** Copies a frame to the end; returns its index. */
  append(bytes: Buffer, at: number, end: number, entry: NewEntry): number {
    if ((this.#end & (BLOCK_SIZE - 1)) === 0) this.#blocks.push(createBlock())
    const index = this.#end++
    const block = this.blockOf(index)
    const place = addToBlock(block, { bytes, at, end }, entry)
    if (entry.offset !== undefined) this.#note(entry.offset, index)
    if (entry.user !== undefined) {
      block.previous[place] = this.#newestOf[entry.user]!
      this.#newestOf[entry.user] = index
    }
    return index
  }

  /** Lets go of old bytes. @param least every cursor is at this index or after it */
  release(least: number): void {
    for (; (this.#passed + 1) * BLOCK_SIZE <= least; this.#passed++)
      this.#keptBytes += this.#blocks[this.#passed]!.bytes.length
    for (; this.#keptBytes > KEPT_BYTES; this.#released++) {
      const block = this.#blocks[this.#released]!
      this.#keptBytes -= block.bytes.length
      releaseBytes(block)
    }
  }

  /** Every block there is, in order. */
  get blocks(): readonly Block[] {
    return this.#blocks
  }

  /** The first offset that is known; -1 before it. */
  get firstOffset(): number {
    return this.#firstOffset
  }

  /** The checksum of an entry, header included. */
  checksumOf(index: number): number {
    return checksumOf(this.blockOf(index), this.placeOf(index))
  }

  #note(offset: number, index: number): void {
    if (this.#firstOffset < 0) this.#firstOffset = offset
    if (offset < this.#firstOffset) this.#makeRoomBefore(offset)
    const place = offset - this.#firstOffset
    if (place >= this.#indexes.length) {
      const indexes = new Int32Array(Math.max(place + 1, this.#indexes.length * 2)).fill(-1)
      indexes.set(this.#indexes)
      this.#indexes = indexes
    }
    this.#indexes[place] = index
    if (offset > this.#lastOffset) this.#lastOffset = offset
  }

  /** A connection that resumes may be sent what is older than all that was known. */
  #makeRoomBefore(offset: number): void {
    const room = this.#firstOffset - offset
    const indexes = new Int32Array(this.#indexes.length + room).fill(-1)
    indexes.set(this.#indexes, room)
    this.#indexes = indexes
    this.#firstOffset = offset
  }
}
