import { crc32 } from 'node:zlib'

/** Entries in a block. */
export const BLOCK_SIZE = 1024

const FIRST_BYTES = 64 * 1024

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
  /** Of a message of this process: which generator sent it, plus 1, and its serial there. */
  readonly generators: Uint16Array
  readonly serials: Float64Array
  /** The id of that message. */
  readonly ids: Float64Array
  /** Checksums of the entries, once their bytes were let go of. */
  crcs: Uint32Array | undefined
}

/** What is known of a new entry. */
export interface NewEntry {
  readonly kind: number
  readonly offset?: number
  readonly dueUs?: number
  readonly user?: number
  /** Set for a message of this process. */
  readonly message?: { readonly generator: number; readonly serial: number; readonly id: number }
}

export function createBlock(): Block {
  return {
    bytes: Buffer.allocUnsafeSlow(FIRST_BYTES),
    starts: new Uint32Array(BLOCK_SIZE + 1),
    count: 0,
    kinds: new Uint8Array(BLOCK_SIZE),
    offsets: new Float64Array(BLOCK_SIZE),
    dueUs: new Float64Array(BLOCK_SIZE),
    firstUs: new Float64Array(BLOCK_SIZE),
    lastUs: new Float64Array(BLOCK_SIZE),
    receivers: new Uint32Array(BLOCK_SIZE),
    users: new Int32Array(BLOCK_SIZE),
    previous: new Int32Array(BLOCK_SIZE).fill(-1),
    generators: new Uint16Array(BLOCK_SIZE),
    serials: new Float64Array(BLOCK_SIZE),
    ids: new Float64Array(BLOCK_SIZE),
    crcs: undefined,
  }
}

/** Copies a frame to the end of a block that is not full; returns its place. */
export function addToBlock(
  block: Block,
  { bytes, at, end }: { bytes: Buffer; at: number; end: number },
  entry: NewEntry,
): number {
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
  if (entry.message) {
    block.generators[place] = entry.message.generator + 1
    block.serials[place] = entry.message.serial
    block.ids[place] = entry.message.id
  }
  return place
}

/**
 * Bytes of the whole frames from `start` on that are the same as those at `at`, the first of them
 * being the rest of the entry at `place`; 0 when not even that one is.
 */
export function sameFrames(
  block: Block,
  place: number,
  start: number,
  bytes: Buffer,
  at: number,
  count: number,
): number {
  let same = place
  let differing = place + 1
  while (differing < block.count && block.starts[differing]! - start < count) differing += 1
  if (block.starts[differing]! - start > count) differing -= 1
  // Frames before `same` are the same; up to `differing`, not all are, or more is not there.
  while (same < differing) {
    const middle = (same + differing + 1) >>> 1
    const stop = block.starts[middle]!
    if (block.bytes.compare(bytes, at, at + stop - start, start, stop) === 0) same = middle
    else differing = middle - 1
  }
  return same === place ? 0 : block.starts[same]! - start
}

/** Lets go of a block's bytes, and keeps their checksums. */
export function releaseBytes(block: Block): void {
  const { bytes, starts, count } = block
  block.crcs = Uint32Array.from({ length: count }, (_, place) =>
    crc32(bytes.subarray(starts[place]!, starts[place + 1]!)),
  )
  block.bytes = NO_BYTES
}

/** The checksum of an entry, header included. */
export function checksumOf({ bytes, starts, crcs }: Block, place: number): number {
  return crcs?.[place] ?? crc32(bytes.subarray(starts[place]!, starts[place + 1]!))
}

function grow(bytes: Buffer, atLeast: number): Buffer {
  const grown = Buffer.allocUnsafeSlow(Math.max(atLeast, bytes.length * 2))
  bytes.copy(grown)
  return grown
}
