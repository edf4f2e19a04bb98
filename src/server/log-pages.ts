import { setImmediate as nextTurn } from 'node:timers/promises'
import { ChatwsError } from '../protocol/error.ts'
import type { Store } from '../storage/store.ts'
import { entryFrame } from './entry-frame.ts'
import type { DurableFrames } from './tail.ts'
import { encodeFrame } from './websocket-frame.ts'

/** Offsets in a page: few enough that reading one holds the event loop only briefly. */
const PAGE_SIZE = 256

/** Pages kept in memory, because clients that lost the same server resume at the same time. */
const MAX_PAGES = 64

interface Page {
  /** The offset of its first entry. */
  readonly firstOffset: number
  readonly bytes: Buffer
  /** Entry → where in `bytes` its frame begins. */
  readonly starts: readonly number[]
}

/** The log as encoded frames, read from the store page by page and shared by all who ask. */
export class LogPages {
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
   * must be stored. Throws STORAGE_UNAVAILABLE.
   */
  async readAfter(offset: number, until: number): Promise<DurableFrames> {
    const number = Math.floor(offset / PAGE_SIZE)
    let page = await this.#page(number)
    // Another reader may have asked for the page before the entry was stored.
    if (lastOffsetOf(page) <= offset) page = await this.#page(number)
    if (lastOffsetOf(page) <= offset)
      throw new ChatwsError('INTERNAL', `The log ends before offset ${offset + 1}`)
    const last = Math.min(until, lastOffsetOf(page))
    const from = page.starts[offset + 1 - page.firstOffset]
    const to = page.starts[last + 1 - page.firstOffset] ?? page.bytes.length
    return { bytes: page.bytes.subarray(from, to), lastOffset: last }
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
    page.then(({ starts }) => starts.length < PAGE_SIZE && forget(), forget)
    return page
  }

  async #encode(after: number): Promise<Page> {
    const entries = await this.#store.readAfter(after, PAGE_SIZE)
    const frames = entries.map((entry) => encodeFrame(entryFrame(entry)))
    let length = 0
    const starts = frames.map((frame) => {
      length += frame.length
      return length - frame.length
    })
    return { firstOffset: after + 1, bytes: Buffer.concat(frames, length), starts }
  }
}

function lastOffsetOf(page: Page): number {
  return page.firstOffset + page.starts.length - 1
}
