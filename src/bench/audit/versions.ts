import { crc32 } from 'node:zlib'
import type { KnownStream } from './known-stream.ts'

/** How the connections of one generator had the durable frames, by offset from `firstOffset` on. */
export interface StreamVersions {
  /** -1 when there is none. */
  readonly firstOffset: number
  /** Checksums, headers included, as the first connection had it; 0 where no frame is known. */
  readonly crcs: Uint32Array
  /** How many connections had it just so. */
  readonly receivers: Uint32Array
  /** What others had instead. */
  readonly variants: readonly Variant[]
}

type Variant = readonly [offset: number, crc: number, receivers: number]

/** Frames that differ from how the first connection had them, and may be the right ones. */
export class Variants {
  /** Offset → checksum → how many connections had it so. */
  readonly #counts = new Map<number, Map<number, number>>()

  add(offset: number, bytes: Buffer): void {
    const counts = this.#counts.get(offset) ?? new Map<number, number>()
    this.#counts.set(offset, counts)
    const crc = crc32(bytes)
    counts.set(crc, (counts.get(crc) ?? 0) + 1)
  }

  toArray(): Variant[] {
    return [...this.#counts].flatMap(([offset, counts]) =>
      [...counts].map(([crc, receivers]) => [offset, crc, receivers] as const),
    )
  }
}

/** What others can be compared with; no two of the streams know the same offset. */
export function versionsOf(streams: readonly KnownStream[], variants: Variants): StreamVersions {
  const known = streams.filter(({ firstOffset }) => firstOffset >= 0)
  if (known.length === 0)
    return {
      firstOffset: -1,
      crcs: new Uint32Array(),
      receivers: new Uint32Array(),
      variants: variants.toArray(),
    }
  const firstOffset = Math.min(...known.map((stream) => stream.firstOffset))
  const count = Math.max(...known.map((stream) => stream.lastOffset)) - firstOffset + 1
  const crcs = new Uint32Array(count)
  const receivers = new Uint32Array(count)
  for (const stream of known)
    for (let offset = stream.firstOffset; offset <= stream.lastOffset; offset++) {
      const index = stream.find(offset)
      if (index < 0) continue
      crcs[offset - firstOffset] = stream.checksumOf(index)
      receivers[offset - firstOffset] = stream.blockOf(index).receivers[stream.placeOf(index)]!
    }
  return { firstOffset, crcs, receivers, variants: variants.toArray() }
}

/** What most connections of all generators had. */
export interface Agreement {
  readonly firstOffset: number
  /** 0 where no frame is known. */
  readonly crcs: Uint32Array
  /** Frames that some connections had otherwise than most. */
  readonly odd: number
}

/** Takes of several versions of a frame the one that most connections had for the right one. */
export function agree(all: readonly StreamVersions[]): Agreement {
  const known = all.filter(({ firstOffset }) => firstOffset >= 0)
  const firstOffset = Math.min(...known.map((one) => one.firstOffset))
  const end = Math.max(0, ...known.map((one) => one.firstOffset + one.crcs.length))
  const crcs = new Uint32Array(known.length === 0 ? 0 : end - firstOffset)
  const disputed = new Map<number, Votes>()
  const votesOn = (offset: number): Votes => {
    const votes = disputed.get(offset) ?? new Map<number, number>()
    disputed.set(offset, votes)
    return votes
  }
  for (const { variants } of all)
    for (const [offset, crc, receivers] of variants) addVotes(votesOn(offset), crc, receivers)
  for (const { firstOffset: first, crcs: own } of known)
    for (const [place, crc] of own.entries()) {
      const at = first + place - firstOffset
      if (crcs[at] === 0) crcs[at] = crc
      else if (crc !== 0 && crcs[at] !== crc) votesOn(first + place)
    }
  let odd = 0
  for (const [offset, votes] of disputed) {
    for (const { firstOffset: first, crcs: own, receivers } of known)
      if (own[offset - first]) addVotes(votes, own[offset - first]!, receivers[offset - first]!)
    const [[crc, most] = [0, 0]] = [...votes].sort(([, a], [, b]) => b - a)
    crcs[offset - firstOffset] = crc
    odd += [...votes.values()].reduce((sum, count) => sum + count, 0) - most
  }
  return { firstOffset, crcs, odd }
}

/** Checksum → how many connections had a frame so. */
type Votes = Map<number, number>

function addVotes(votes: Votes, crc: number, count: number): void {
  votes.set(crc, (votes.get(crc) ?? 0) + count)
}
