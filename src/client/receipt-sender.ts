import { type ChatRef, chatKeyOf, onlyChat } from '../protocol/chat.ts'
import type { Link } from './reconnecting-socket.ts'
import type { Timers } from './timers.ts'

/** At most one frame a chat is sent in this time. */
const INTERVAL_MS = 500

/**
 * Chats that are kept, those that moved last. One that was dropped and moves again is told to the
 * server once more, which never moves a cursor back.
 */
const MAX_CHATS = 1_000

/** How far a user has come in a chat: ids of messages; what was read was also delivered. */
export interface Cursor {
  readonly delivered: number
  readonly read: number
}

interface ChatCursors {
  readonly chat: ChatRef
  wanted: Cursor
  sent: Cursor
  /** What the server is known to have. */
  confirmed: Cursor
  isPaused: boolean
}

const START: Cursor = { delivered: 0, read: 0 }

/**
 * Tells the server how far the user has come: the first news of a chat at once, then the newest
 * only. As there is no answer, what the server has not been heard to know is sent again on a new
 * connection.
 */
export class ReceiptSender {
  readonly #link: Link
  readonly #timers: Timers
  /** Chat → how far; what moved last stands last */
  readonly #chats = new Map<string, ChatCursors>()

  constructor(link: Link, timers: Timers) {
    this.#link = link
    this.#timers = timers
  }

  /** The user has come further; returns how far now, or undefined when that is not further. */
  moved(chat: ChatRef, to: Partial<Cursor>): Cursor | undefined {
    const cursors = this.#cursors(chat)
    const wanted = furthest(cursors.wanted, to)
    if (isSame(wanted, cursors.wanted)) return undefined
    cursors.wanted = wanted
    this.#send(cursors)
    return wanted
  }

  /** The server has told how far the user has come, perhaps on another device. */
  confirmed(chat: ChatRef, to: Cursor): void {
    const cursors = this.#cursors(chat)
    cursors.confirmed = furthest(cursors.confirmed, to)
    cursors.sent = furthest(cursors.sent, to)
    cursors.wanted = furthest(cursors.wanted, to)
  }

  /** A connection is open: what may have been lost is sent again. */
  repeat(): void {
    for (const cursors of this.#chats.values()) {
      cursors.sent = cursors.confirmed
      this.#send(cursors)
    }
  }

  /** The server has another history, with other messages. */
  reset(): void {
    this.#chats.clear()
  }

  #cursors(chat: ChatRef): ChatCursors {
    const key = chatKeyOf(chat)
    let cursors = this.#chats.get(key)
    if (!cursors) {
      const start = { wanted: START, sent: START, confirmed: START }
      cursors = { chat: onlyChat(chat), ...start, isPaused: false }
    }
    this.#chats.delete(key)
    this.#chats.set(key, cursors)
    if (this.#chats.size > MAX_CHATS) this.#chats.delete(this.#chats.keys().next().value!)
    return cursors
  }

  #send(cursors: ChatCursors): void {
    const { chat, wanted, sent } = cursors
    if (cursors.isPaused || !this.#link.isOpen || isSame(wanted, sent)) return
    // The one implies the other, up to its id.
    const type = wanted.read > sent.read ? 'READ' : 'DELIVERED'
    const id = type === 'READ' ? wanted.read : wanted.delivered
    cursors.sent = furthest(sent, type === 'READ' ? { read: id } : { delivered: id })
    cursors.isPaused = true
    this.#link.send({ type, ...chat, id })
    this.#timers.after(INTERVAL_MS, () => {
      cursors.isPaused = false
      this.#send(cursors)
    })
  }
}

/** The cursor moved forward, never back. */
export function furthest(from: Cursor, to: Partial<Cursor>): Cursor {
  const read = Math.max(from.read, to.read ?? 0)
  return { delivered: Math.max(from.delivered, to.delivered ?? 0, read), read }
}

function isSame(one: Cursor, other: Cursor): boolean {
  return one.delivered === other.delivered && one.read === other.read
}
