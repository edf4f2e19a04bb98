import { ENTRY } from './block.ts'
import type { KnownStream } from './known-stream.ts'

/** Who was online when a connection was greeted: one for all that were greeted with the same list. */
export interface OnlineList {
  readonly isOnline: Uint8Array
}

/**
 * What one connection knows of who is online: the list it was greeted with, what it followed of
 * the stream since, and where it differs from those, because it was told otherwise or not at all.
 */
export class Roster {
  readonly list: OnlineList
  /** Index in the stream from which on presence entries count for it. */
  since: number
  /** User → what it was told instead. */
  #differing: Map<number, boolean> | undefined

  constructor(list: OnlineList, since: number) {
    this.list = list
    this.since = since
  }

  get isPlain(): boolean {
    return this.#differing === undefined
  }

  /** @param cursor what comes before it in the stream was followed; -1: nothing was */
  isOnline(user: number, stream: KnownStream, cursor: number): boolean {
    return this.#differing?.get(user) ?? this.#isOnlineByStream(user, stream, cursor)
  }

  /** Takes note of what a connection was told by itself. */
  tell(user: number, isOnline: boolean): void {
    this.#differing ??= new Map()
    this.#differing.set(user, isOnline)
  }

  /** Takes note that the connection follows the stream again in what it says of a user. */
  follow(user: number): void {
    if (this.#differing?.delete(user) && this.#differing.size === 0) this.#differing = undefined
  }

  /** Takes note that the entries from one index to another were not sent to the connection. */
  skip(stream: KnownStream, from: number, to: number): void {
    for (let index = Math.max(from, this.since); index < to; index++) {
      const user = stream.blockOf(index).users[stream.placeOf(index)]!
      if (user >= 0 && !this.#differing?.has(user))
        this.tell(user, this.#isOnlineByStream(user, stream, from))
    }
  }

  #isOnlineByStream(user: number, stream: KnownStream, cursor: number): boolean {
    let index = stream.newestOf(user)
    while (index >= cursor && index >= 0)
      index = stream.blockOf(index).previous[stream.placeOf(index)]!
    if (index < this.since || index < 0) return this.list.isOnline[user] === 1
    return stream.kindOf(index) === ENTRY.online
  }
}
