import { isUnreadBy, type KnownMessage, mentions } from './known-message.ts'
import type { MessageList } from './message-list.ts'

/** Messages of others that are not read, and those of them that mention the user. */
export interface UnreadCount {
  readonly unread: number
  readonly mentions: number
}

const NONE: UnreadCount = { unread: 0, mentions: 0 }

/**
 * What is unread in one chat, as far as is known: the server's count up to an id, and above that what
 * the known messages come to.
 */
export class UnreadCounter {
  readonly #list: MessageList
  readonly #userId: number
  #counted = NONE
  /** What `#counted` reaches up to. */
  #countedId = 0

  constructor(list: MessageList, userId: number) {
    this.#list = list
    this.#userId = userId
  }

  get count(): UnreadCount {
    let { unread, mentions } = this.#counted
    for (const message of this.#list.after(this.#countedId)) {
      const one = this.#of(message)
      unread += one.unread
      mentions += one.mentions
    }
    return { unread, mentions }
  }

  /** The server has counted up to an id, perhaps before or after what has come by now. */
  told(count: UnreadCount, upTo: number): void {
    this.#counted = count
    this.#countedId = upTo
  }

  /** The oldest known message is known no longer. */
  forgotten(message: KnownMessage): void {
    if (message.id <= this.#countedId) return
    this.#counted = plus(this.#counted, this.#of(message))
    this.#countedId = message.id
  }

  /** No message is known any more, the newest of which was `newestId`. */
  forgetAll(newestId: number): void {
    this.#counted = this.count
    this.#countedId = Math.max(this.#countedId, newestId)
  }

  /** A message above what is read is deleted, of which nothing else may be known. */
  deleted(id: number, senderId: number, known: KnownMessage | undefined): void {
    if (id > this.#countedId || senderId === this.#userId) return
    const unread = Math.max(0, this.#counted.unread - 1)
    const fewer = known && mentions(known, this.#userId) ? 1 : 0
    const left = Math.max(0, this.#counted.mentions - fewer)
    this.#counted = { unread, mentions: Math.min(unread, left) }
  }

  /** A message above what is read has become another one, perhaps with other mentions. */
  changed(before: KnownMessage, after: KnownMessage): void {
    if (after.id > this.#countedId) return
    const { unread, mentions } = this.#counted
    const more = this.#of(after).mentions - this.#of(before).mentions
    const count = Math.max(0, Math.min(unread, mentions + more))
    this.#counted = { unread, mentions: count }
  }

  /** Counts in the list alone, where that reaches back to what the user has read. */
  countFrom(read: number): void {
    if (read < this.#countedId && !this.#list.reachesBackTo(read + 1)) return
    this.#counted = NONE
    this.#countedId = read
  }

  #of(message: KnownMessage): UnreadCount {
    if (!isUnreadBy(this.#userId, message)) return NONE
    return { unread: 1, mentions: mentions(message, this.#userId) ? 1 : 0 }
  }
}

function plus(one: UnreadCount, other: UnreadCount): UnreadCount {
  return { unread: one.unread + other.unread, mentions: one.mentions + other.mentions }
}
