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

/** Threads whose cursors are kept, those read last. */
const MAX_THREADS = 100

interface ChatCursors {
  readonly chat: ChatRef
  /** Of the thread that begins with this message. */
  readonly thread: number | undefined
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
  /** Chat and message that a thread begins with → how far, longest not read first */
  readonly #threads = new Map<string, ChatCursors>()

  constructor(link: Link, timers: Timers) {
    this.#link = link
    this.#timers = timers
  }

  /** The user has come further; returns how far now, or undefined when that is not further. */
  moved(chat: ChatRef, to: Partial<Cursor>): Cursor | undefined {
    const cursors = this.#cursors(chat)
    return this.#moved(cursors, to) ? cursors.wanted : undefined
  }

  /** The user has read further in the thread that begins with a message; false when that is not further. */
  readThread(chat: ChatRef, thread: number, id: number): boolean {
    const key = `${chatKeyOf(chat)} ${thread}`
    const cursors = this.#threads.get(key) ?? startCursors(chat, thread)
    this.#threads.delete(key)
    this.#threads.set(key, cursors)
    if (this.#threads.size > MAX_THREADS) {
      const [oldest] = this.#threads.keys()
      this.#threads.delete(oldest!)
    }
    return this.#moved(cursors, { read: id })
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
    for (const cursors of [...this.#chats.values(), ...this.#threads.values()]) {
      cursors.sent = cursors.confirmed
      this.#send(cursors)
    }
  }

  /** The server has another history, with other messages. */
  reset(): void {
    this.#chats.clear()
    this.#threads.clear()
  }

  #cursors(chat: ChatRef): ChatCursors {
    const key = chatKeyOf(chat)
    let cursors = this.#chats.get(key)
    if (!cursors) {
      cursors = startCursors(chat)
    }
    this.#chats.delete(key)
    this.#chats.set(key, cursors)
    if (this.#chats.size > MAX_CHATS) this.#chats.delete(this.#chats.keys().next().value!)
    return cursors
  }

  #moved(cursors: ChatCursors, to: Partial<Cursor>): boolean {
    const wanted = furthest(cursors.wanted, to)
    if (isSame(wanted, cursors.wanted)) return false
    cursors.wanted = wanted
    this.#send(cursors)
    return true
  }

  #send(cursors: ChatCursors): void {
    const { chat, thread, wanted, sent } = cursors
    if (cursors.isPaused || !this.#link.isOpen || isSame(wanted, sent)) return
    // The one implies the other, up to its id.
    const type = wanted.read > sent.read ? 'READ' : 'DELIVERED'
    const id = type === 'READ' ? wanted.read : wanted.delivered
    const now = furthest(sent, type === 'READ' ? { read: id } : { delivered: id })
    cursors.sent = now
    cursors.isPaused = true
    if (thread === undefined) this.#link.send({ type, ...chat, id })
    else this.#link.send({ type: 'READ', ...chat, id, thread })
    this.#timers.after(INTERVAL_MS, () => {
      cursors.isPaused = false
      // Nothing tells how far one has read a thread: what was not cut off has come.
      if (thread !== undefined && this.#link.isOpen) cursors.confirmed = now
      this.#send(cursors)
    })
  }
}

function startCursors(chat: ChatRef, thread?: number): ChatCursors {
  const start = { wanted: START, sent: START, confirmed: START }
  return { chat: onlyChat(chat), thread, ...start, isPaused: false }
}

/** The cursor moved forward, never back. */
export function furthest(from: Cursor, to: Partial<Cursor>): Cursor {
  const read = Math.max(from.read, to.read ?? 0)
  return { delivered: Math.max(from.delivered, to.delivered ?? 0, read), read }
}

function isSame(one: Cursor, other: Cursor): boolean {
  return one.delivered === other.delivered && one.read === other.read
}
