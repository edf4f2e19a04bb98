import { setImmediate as nextTurn } from 'node:timers/promises'
import { chatKey } from '../../protocol/chat.ts'
import type { LogEntry } from '../../storage/entries.ts'
import type { Store } from '../../storage/store.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import { entryFrame } from '../frames/entry-frame.ts'
import {
  type ChatFilter,
  type DurableFrames,
  type FrameRun,
  sliceFrames,
  startsOf,
} from '../frames/frame-run.ts'

/** Offsets in a page: few enough that reading one holds the event loop only briefly. */
const PAGE_SIZE = 256

/** Pages kept in memory, because clients that lost the same server resume at the same time. */
const MAX_PAGES = 64

const NOTHING = Buffer.alloc(0)

interface Page extends FrameRun {
  /** It tells all there is above the offset before its first one, up to and including this. */
  readonly lastOffset: number
  /** The offsets of its entries, in order. */
  readonly offsets: readonly number[]
}

/** A part of the log. */
export interface LogFrames extends DurableFrames {
  /** Whether some of it is not in the store any more. */
  readonly hasGap: boolean
}

/** The log as encoded frames, read from the store page by page and shared by all who ask. */
export class PageCache {
  readonly #store: Pick<Store, 'readAfter'>
  /** Page number → the page, least recently used first. */
  readonly #pages = new Map<number, Promise<Page>>()
  /** Settles when the last page asked for is read: one at a time, with turns for others between. */
  #lastRead: Promise<unknown> = Promise.resolve()

  constructor(store: Pick<Store, 'readAfter'>) {
    this.#store = store
  }

  /**
   * The frames after `offset` to the end of their page, or to `until` if that comes first. Both
   * must have been stored; what was deleted since is left out. Throws STORAGE_UNAVAILABLE.
   */
  async readAfter(offset: number, until: number, filter?: ChatFilter): Promise<LogFrames> {
    const number = Math.floor(offset / PAGE_SIZE)
    let page = await this.#page(number)
    // Another reader may have asked for the page before the entry was stored.
    if (page.lastOffset <= offset) page = await this.#page(number)
    // All that is above the offset was deleted.
    if (page.lastOffset <= offset) return { bytes: NOTHING, lastOffset: until, hasGap: true }
    const lastOffset = Math.min(until, page.lastOffset)
    const from = placeAfter(offset, page.offsets)
    const to = placeAfter(lastOffset, page.offsets)
    const bytes = sliceFrames(page, { from, to }, filter)
    return { bytes, lastOffset, hasGap: to - from < lastOffset - offset }
  }

  /** Reads pages anew from now on, because what they hold has changed. */
  forget(): void {
    this.#pages.clear()
  }

  #page(number: number): Promise<Page> {
    const known = this.#pages.get(number)
    const page = known ?? this.#read(number)
    this.#pages.delete(number)
    this.#pages.set(number, page)
    if (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value!)
    return page
  }

  #read(number: number): Promise<Page> {
    const forget = () => this.#pages.delete(number)
    const page = this.#lastRead.then(async () => {
      await nextTurn()
      return this.#encode(number * PAGE_SIZE)
    })
    this.#lastRead = page.catch(() => {})
    // A page that is not full yet will grow, and one that failed may come next time.
    page.then(({ lastOffset }) => lastOffset < (number + 1) * PAGE_SIZE && forget(), forget)
    return page
  }

  async #encode(after: number): Promise<Page> {
    const read = await this.#store.readAfter(after, PAGE_SIZE)
    const end = after + PAGE_SIZE
    const entries = read.filter(({ offset }) => offset <= end)
    const frames = entries.map((entry) => encodeFrame(entryFrame(entry)))
    return {
      lastOffset: lastTold(read, after, end),
      bytes: Buffer.concat(frames),
      offsets: entries.map(({ offset }) => offset),
      starts: startsOf(frames),
      chats: entries.map(({ kind, chatId }) => chatKey(kind, chatId)),
    }
  }
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

/** How many of these offsets, which are in order, are not above `offset`. */
function placeAfter(offset: number, offsets: readonly number[]): number {
  const place = offsets.findIndex((one) => one > offset)
  return place < 0 ? offsets.length : place
}
