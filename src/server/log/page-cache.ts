import type { LogEntry } from '../../storage/entries.ts'
import { MAX_READ_BYTES, type Store } from '../../storage/store.ts'
import { nextTurn } from '../../storage/turns.ts'
import type { FrameFilter, Place } from '../frames/audience.ts'
import { encodeEntry } from '../frames/encode-entry.ts'
import { type DurableFrames, type FrameRun, sliceFrames, startsOf } from '../frames/frame-run.ts'
import { openPlaceOf, type PlaceOf } from '../frames/place-of-entry.ts'

/** Offsets in a page: few enough that reading one holds the event loop only briefly. */
const PAGE_SIZE = 256

/** Pages kept in memory, because clients that lost the same server resume at the same time. */
const MAX_PAGES = 64

/** Bytes of a page; one with long messages ends sooner, but has at least one. */
const MAX_PAGE_BYTES = MAX_READ_BYTES

/** Regular pages of which it is remembered where they were cut. */
const MAX_CUT_PAGES = 1_000

/**
 * Bytes of a piece, but always one frame. Pieces are handed out one at a time, and lie in memory apart:
 * what a socket is given, it holds until it is sent, and no more of its page.
 */
const MAX_PIECE_BYTES = 64 * 1024

/** Bytes of all pages kept; whoever is still being sent one of them keeps that alive as well. */
const MAX_BYTES = 16 * 1024 * 1024

const NOTHING = Buffer.alloc(0)

/** Some frames of a page, one after the other. */
interface Piece extends FrameRun {
  /** How many frames of the page stand before it. */
  readonly first: number
}

interface Page {
  /** It tells all there is above the offset before its first one, up to and including this. */
  readonly lastOffset: number
  /** Whether it ends before it should, because its messages are long. */
  readonly isCut: boolean
  /** The offsets of its entries, in order. */
  readonly offsets: readonly number[]
  /** Its frames, in order. */
  readonly pieces: readonly Piece[]
}

interface Kept {
  readonly page: Promise<Page>
  /** 0 until it was read. */
  bytes: number
}

/** A part of the log. */
export interface LogFrames extends DurableFrames {
  /** Whether some of it is not in the store any more. */
  readonly hasGap: boolean
}

/** The log as encoded frames, read from the store page by page and shared by all who ask. */
export class PageCache {
  readonly #store: Pick<Store, 'readAfter'>
  readonly #placeOf: PlaceOf
  /** Offset before its first entry → the page, least recently used first. */
  readonly #pages = new Map<number, Kept>()
  #bytes = 0
  /** Offset before a regular page → the offsets in it at which pages ended sooner, ascending. */
  readonly #cuts = new Map<number, readonly number[]>()
  /** Settles when the last page asked for is read: one at a time, with turns for others between. */
  #lastRead: Promise<unknown> = Promise.resolve()

  constructor(store: Pick<Store, 'readAfter'>, placeOf: PlaceOf = openPlaceOf) {
    this.#store = store
    this.#placeOf = placeOf
  }

  /**
   * The frames after `offset` to the end of their piece, or to `until` if that comes first. Both
   * must have been stored; what was deleted since is left out. Throws STORAGE_UNAVAILABLE.
   */
  async readAfter(offset: number, until: number, filter?: FrameFilter): Promise<LogFrames> {
    let start = this.#startOf(offset)
    let page = await this.#page(start)
    // Where messages are long, others follow it that end before the next regular one.
    while (page.isCut && page.lastOffset <= offset) {
      start = page.lastOffset
      page = await this.#page(start)
    }
    // Another reader may have asked for the page before the entry was stored.
    if (page.lastOffset <= offset) page = await this.#page(start)
    // All that is above the offset was deleted.
    if (page.lastOffset <= offset) return { bytes: NOTHING, lastOffset: until, hasGap: true }
    const from = placeAfter(offset, page.offsets)
    const end = placeAfter(Math.min(until, page.lastOffset), page.offsets)
    const piece = page.pieces.findLast(({ first }) => first <= from)
    const first = piece?.first ?? 0
    const to = Math.min(end, first + (piece?.starts.length ?? 0))
    const lastOffset = to < end ? page.offsets[to - 1]! : Math.min(until, page.lastOffset)
    const range = { from: from - first, to: to - first }
    const bytes = piece ? sliceFrames(piece, range, filter) : NOTHING
    return { bytes, lastOffset, hasGap: to - from < lastOffset - offset }
  }

  /** Reads pages anew from now on, because what they hold has changed. */
  forget(): void {
    this.#pages.clear()
    this.#cuts.clear()
    this.#bytes = 0
  }

  /** The offset after which the page begins that has what comes after an offset, as far as is known. */
  #startOf(offset: number): number {
    const regular = offset - (offset % PAGE_SIZE)
    return this.#cuts.get(regular)?.findLast((cut) => cut <= offset) ?? regular
  }

  #noteCut(after: number, lastOffset: number): void {
    const regular = after - (after % PAGE_SIZE)
    const cuts = this.#cuts.get(regular) ?? []
    if (cuts.includes(lastOffset)) return
    if (this.#cuts.size >= MAX_CUT_PAGES) this.#cuts.clear()
    this.#cuts.set(
      regular,
      [...cuts, lastOffset].sort((a, b) => a - b),
    )
  }

  #page(after: number): Promise<Page> {
    const kept = this.#pages.get(after) ?? this.#read(after)
    this.#pages.delete(after)
    this.#pages.set(after, kept)
    if (this.#pages.size > MAX_PAGES) this.#dropOldest()
    return kept.page
  }

  #read(after: number): Kept {
    const page = this.#lastRead.then(async () => {
      await nextTurn()
      return this.#encode(after)
    })
    this.#lastRead = page.catch(() => {})
    const kept: Kept = { page, bytes: 0 }
    const isKept = () => this.#pages.get(after) === kept
    page.then(
      ({ pieces, lastOffset, isCut }) => {
        if (!isKept()) return
        if (isCut) this.#noteCut(after, lastOffset)
        for (const { bytes } of pieces) kept.bytes += bytes.length
        this.#bytes += kept.bytes
        // A page that is not full yet will grow.
        if (lastOffset < endOf(after) && !isCut) this.#drop(after)
        while (this.#bytes > MAX_BYTES && this.#pages.size > 1) this.#dropOldest()
      },
      // One that failed may come next time.
      () => isKept() && this.#drop(after),
    )
    return kept
  }

  #dropOldest(): void {
    this.#drop(this.#pages.keys().next().value!)
  }

  #drop(after: number): void {
    this.#bytes -= this.#pages.get(after)?.bytes ?? 0
    this.#pages.delete(after)
  }

  async #encode(after: number): Promise<Page> {
    const end = endOf(after)
    const read = await this.#store.readAfter(after, end - after)
    const entries = read.filter(({ offset }) => offset <= end)
    const frames: Buffer[] = []
    let bytes = 0
    for (const entry of entries) {
      const frame = encodeEntry(entry, this.#placeOf(entry))
      bytes += frame.length
      if (bytes > MAX_PAGE_BYTES && frames.length > 0) break
      frames.push(frame)
    }
    // What is read ends sooner where messages are long, and then has more than a page may.
    const isCut =
      frames.length < entries.length || (bytes > MAX_PAGE_BYTES && entries.at(-1)!.offset < end)
    const told = entries.slice(0, frames.length)
    return {
      lastOffset: isCut ? told.at(-1)!.offset : lastTold(read, after, end),
      isCut,
      offsets: told.map(({ offset }) => offset),
      pieces: piecesOf(frames, told.map(this.#placeOf)),
    }
  }
}

/** The last offset that the page which begins after an offset may have. */
function endOf(after: number): number {
  return after - (after % PAGE_SIZE) + PAGE_SIZE
}

/**
 * Up to which offset these entries, read above `after`, tell all there is: to the end of their
 * page where there are later ones, and to the next one where the page has none.
 */
function lastTold(entries: readonly LogEntry[], after: number, end: number): number {
  const first = entries[0]?.offset ?? after + 1
  const last = entries.at(-1)?.offset ?? after
  if (first > end) return first - 1
  return Math.min(last, end)
}

/** These frames, which are for these places, in pieces. */
function piecesOf(frames: readonly Buffer[], places: readonly Place[]): Piece[] {
  const pieces: Piece[] = []
  for (let first = 0, end = 1; first < frames.length; first = end) {
    let length = frames[first]!.length
    for (end = first + 1; end < frames.length; end++) {
      if (length + frames[end]!.length > MAX_PIECE_BYTES) break
      length += frames[end]!.length
    }
    const own = frames.slice(first, end)
    const bytes = Buffer.concat(own, length)
    pieces.push({ first, bytes, starts: startsOf(own), places: places.slice(first, end) })
  }
  return pieces
}

/** How many of these offsets, which are in order, are not above `offset`. */
function placeAfter(offset: number, offsets: readonly number[]): number {
  const place = offsets.findIndex((one) => one > offset)
  return place < 0 ? offsets.length : place
}
