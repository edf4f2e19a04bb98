import { crc32 } from 'node:zlib'

/** Entries in a block. */
const SIZE = 1024
const SIZE_BITS = 10

const FIRST_BYTES = 64 * 1024

/** Bytes to keep of what every cursor has passed; of what is older only sums are kept. */
const KEPT_BYTES = 64 * 1024 * 1024

const NO_BYTES = Buffer.alloc(0)

/** What an entry is to those that receive it. */
export const ENTRY = {
  /** A message of this run, whose due time is on our clock. */
  timed: 0,
  /** The same, due on the clock of another machine. */
  foreign: 1,
  /** A message of a load test that does not count in the figures: a warm-up. */
  unrecorded: 2,
  /** Any other durable event. */
  other: 3,
  online: 4,
  offline: 5,
  /** Typing, receipts: no more than sent on. */
  ephemeral: 6,
} as const

/** Entries in the order in which they came, with their bytes one after the other. */
export interface Block {
  bytes: Buffer
  /** Where in `bytes` each entry begins; one more than there are, for the end. */
  readonly starts: Uint32Array
  count: number
  readonly kinds: Uint8Array
  /** Of a durable entry; 0 for others. */
  readonly offsets: Float64Array
  /** When what it tells was due, in microseconds. */
  readonly dueUs: Float64Array
  readonly firstUs: Float64Array
  readonly lastUs: Float64Array
  /** How many connections received it just so. */
  readonly receivers: Uint32Array
  /** Of a presence entry: the user's index, and its entry before; -1 for none. */
  readonly users: Int32Array
  readonly previous: Int32Array
  /** Checksums of the entries, once their bytes were let go of. */
  crcs: Uint32Array | undefined
}

/** What is known of a new entry. */
export interface NewEntry {
  readonly kind: number
  readonly offset?: number
  readonly dueUs?: number
  readonly user?: number
}

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
    return index & (SIZE - 1)
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
    if ((this.#end & (SIZE - 1)) === 0) this.#blocks.push(createBlock())
    const index = this.#end++
    const block = this.blockOf(index)
    const place = block.count++
    const start = block.starts[place]!
    const stop = start + end - at
    if (stop > block.bytes.length) block.bytes = grow(block.bytes, stop)
    bytes.copy(block.bytes, start, at, end)
    block.starts[place + 1] = stop
    block.kinds[place] = entry.kind
    block.offsets[place] = entry.offset ?? 0
    block.dueUs[place] = entry.dueUs ?? 0
    block.users[place] = entry.user ?? -1
    if (entry.offset !== undefined) this.#note(entry.offset, index)
    if (entry.user !== undefined) {
      block.previous[place] = this.#newestOf[entry.user]!
      this.#newestOf[entry.user] = index
    }
    return index
  }

  /** Lets go of old bytes. @param least every cursor is at this index or after it */
  release(least: number): void {
    for (; (this.#passed + 1) * SIZE <= least; this.#passed++)
      this.#keptBytes += this.#blocks[this.#passed]!.bytes.length
    for (; this.#keptBytes > KEPT_BYTES; this.#released++) {
      const block = this.#blocks[this.#released]!
      this.#keptBytes -= block.bytes.length
      block.crcs = sumEntries(block)
      block.bytes = NO_BYTES
    }
  }

  /** Every block there is, in order. */
  get blocks(): readonly Block[] {
    return this.#blocks
  }

  /** What others can be compared with: the sums of all durable frames from an offset on. */
  sums(): StreamSums {
    const count = this.#firstOffset < 0 ? 0 : this.#lastOffset - this.#firstOffset + 1
    const crcs = new Uint32Array(count)
    const receivers = new Uint32Array(count)
    for (let place = 0; place < count; place++) {
      const index = this.#indexes[place]!
      if (index < 0) continue
      crcs[place] = this.#sumOf(index)
      receivers[place] = this.blockOf(index).receivers[this.placeOf(index)]!
    }
    return { firstOffset: this.#firstOffset, crcs, receivers }
  }

  #sumOf(index: number): number {
    return this.blockOf(index).crcs?.[this.placeOf(index)] ?? crc32(this.bytesOf(index))
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

/** Checksums of durable frames, by offset from `firstOffset` on; 0 where one is not known. */
export interface StreamSums {
  /** -1 when there is none. */
  readonly firstOffset: number
  readonly crcs: Uint32Array
  readonly receivers: Uint32Array
}

function createBlock(): Block {
  return {
    bytes: Buffer.allocUnsafeSlow(FIRST_BYTES),
    starts: new Uint32Array(SIZE + 1),
    count: 0,
    kinds: new Uint8Array(SIZE),
    offsets: new Float64Array(SIZE),
    dueUs: new Float64Array(SIZE),
    firstUs: new Float64Array(SIZE),
    lastUs: new Float64Array(SIZE),
    receivers: new Uint32Array(SIZE),
    users: new Int32Array(SIZE),
    previous: new Int32Array(SIZE).fill(-1),
    crcs: undefined,
  }
}

function sumEntries({ bytes, starts, count }: Block): Uint32Array {
  return Uint32Array.from({ length: count }, (_, place) =>
    crc32(bytes.subarray(starts[place]!, starts[place + 1]!)),
  )
}

function grow(bytes: Buffer, atLeast: number): Buffer {
  const grown = Buffer.allocUnsafeSlow(Math.max(atLeast, bytes.length * 2))
  bytes.copy(grown)
  return grown
}
