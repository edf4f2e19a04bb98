import { type FrameFilter, type Place, userKey } from '../frames/audience.ts'
import type { State } from '../log/chunk.ts'
import type { Tail } from '../log/tail.ts'
import type { Connection } from './connection.ts'
import { Subscriptions } from './subscriptions.ts'

/** A flush of more frames than this tells that they come faster than they can be sent singly. */
const BUSY_FRAMES = 3

/** The longest pause after a flush before the next one that somebody waits for. */
const MAX_PAUSE_MS = 10

/** How much of the time single frames may take to be sent before they gather, too. */
const MAX_SHARE = 0.7

/** How much the last flush counts in the share of all of them. */
const SHARE_WEIGHT = 0.2

/** The same for a flush that only tells who came and went. */
const MAX_STATUS_PAUSE_MS = 100

/** Puts in, before a flush, what is best made for many newcomers at once. */
export interface Greeter {
  greet(): void
}

export interface FanOutOptions {
  /** Told how long each flush took. */
  readonly onFlushTime?: (tookMs: number) => void
}

/**
 * Moves every connection's cursor to the end of the tail, one socket write per connection and
 * flush. The writes are what costs, not the bytes. So while frames come singly, each is flushed at
 * once; otherwise they gather for twice the time that the last flush took. Statuses gather sooner
 * and for longer than messages: when thousands of users come at once, the flushes between would
 * cost more than everything else.
 */
export class FanOut {
  readonly #tail: Tail
  #greeter: Greeter | undefined
  readonly #onFlushTime: (tookMs: number) => void
  /** Shared frames times the connections open when they were flushed, so far. */
  deliveries = 0
  /** Those that follow the tail: dense, so that a flush walks an array; `index` is the place. */
  readonly #followers: Connection[] = []
  readonly #subscriptions = new Subscriptions()
  /** When the next flush is due; infinity while there is none. */
  #dueMs = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #lastFlushEndMs = Number.NEGATIVE_INFINITY
  /** The share of the time that flushes took lately. */
  #share = 0
  /** How long after a flush the next one may begin, and one that only tells statuses. */
  #pauseMs = 0
  #statusPauseMs = 0

  constructor(tail: Tail, { onFlushTime = () => {} }: FanOutOptions = {}) {
    this.#tail = tail
    this.#onFlushTime = onFlushTime
  }

  /** Has newcomers greeted with the flush that follows their coming. */
  greetBy(greeter: Greeter): void {
    this.#greeter = greeter
  }

  get connections(): readonly Connection[] {
    const subscribed = this.#subscriptions.connections
    return subscribed.size === 0 ? this.#followers : [...this.#followers, ...subscribed]
  }

  /** The position from which a new connection hears everything that is broadcast from now on. */
  get end(): number {
    return this.#tail.end
  }

  /** How often a connection that lagged was spared what is not durable. */
  get sheds(): number {
    return this.#tail.sheds
  }

  add(connection: Connection): void {
    connection.moveTo(this.#followers.length)
    this.#followers.push(connection)
  }

  remove(connection: Connection): void {
    if (connection.filter) this.#subscriptions.remove(connection)
    else this.#removeFollower(connection)
  }

  /**
   * Subscribes a connection to some chats, instead of those before; undefined is all. Returns the
   * offset from which on it is sent all of them.
   */
  subscribe(connection: Connection, filter: FrameFilter | undefined): number {
    this.remove(connection)
    connection.subscribe(filter, this.#tail)
    if (filter) this.#subscriptions.add(connection)
    else this.add(connection)
    this.schedule()
    return this.#tail.sealedOffset
  }

  /** The connections of a user, where not everyone may read everything. */
  connectionsOf(userId: number): ReadonlySet<Connection> {
    return this.#subscriptions.withKey(userKey(userId))
  }

  /** The connections that have a key of `keysOf`. */
  withKey(key: string): ReadonlySet<Connection> {
    return this.#subscriptions.withKey(key)
  }

  /** Sends what is told under a key to a connection from now on. */
  addKey(connection: Connection, key: string): void {
    this.#subscriptions.addKey(connection, key)
  }

  /** Sends no more of what is told under a key to a connection. */
  removeKey(connection: Connection, key: string): void {
    this.#subscriptions.removeKey(connection, key)
  }

  /** Sends the durable frame with the next offset, with the next flush. */
  broadcast(frame: Buffer, place: Place): void {
    this.#tail.appendDurable(frame, place)
    this.schedule()
  }

  /** Whoever comes back is told the message at an offset as it is now. */
  noteDeleted(offset: number): void {
    this.#tail.noteDeleted(offset)
  }

  /** Sends a frame that tells a state, with the next flush. */
  broadcastState(frame: Buffer, state: State): void {
    this.#tail.appendState(frame, state)
    this.scheduleStatuses()
  }

  /** Sends a frame that whoever lags can do without, with the next flush. */
  broadcastPassing(frame: Buffer, place?: Place): void {
    this.#tail.appendPassing(frame, place)
    this.schedule()
  }

  /** Sends a frame to one connection, with the next flush. */
  send(connection: Connection, frame: Buffer): void {
    connection.enqueue(frame)
    if (connection.filter) this.#subscriptions.await(connection)
    this.schedule()
  }

  /** Sends more to a connection whose socket has drained. */
  resume(connection: Connection): void {
    connection.pump(this.#tail)
  }

  /** How many bytes the connection that is furthest behind has yet to be sent. */
  get longestLagBytes(): number {
    let first = this.#tail.end
    for (const { cursor } of this.#followers) first = Math.min(first, cursor)
    return this.#tail.end - first
  }

  /** How long it is until the next flush may begin; a frame that is ready sooner gains nothing. */
  get pauseLeftMs(): number {
    return Math.max(0, this.#lastFlushEndMs + this.#pauseMs - performance.now())
  }

  /** Flushes as soon as it pays. */
  schedule(): void {
    this.#scheduleAfter(this.#pauseMs)
  }

  /** Flushes soon, for those that come and who is told of them. */
  scheduleStatuses(): void {
    this.#scheduleAfter(this.#statusPauseMs)
  }

  flush(): void {
    const startMs = performance.now()
    const idleMs = startMs - this.#lastFlushEndMs
    this.#dueMs = Number.POSITIVE_INFINITY
    this.#greeter?.greet()
    this.#subscriptions.tellOffset(this.#tail.sealedOffset, startMs)
    const sealed = this.#tail.seal()
    // Backwards, because a connection that closes while it is pumped may leave the list.
    for (let i = this.#followers.length - 1; i >= 0; i--) this.#followers[i]!.pump(this.#tail)
    this.#subscriptions.flush(sealed, this.#tail)
    this.#lastFlushEndMs = performance.now()
    const tookMs = this.#lastFlushEndMs - startMs
    const frames = sealed?.frames.length ?? 0
    this.deliveries += frames * this.#followers.length
    this.#onFlushTime(tookMs)
    const isBusy = frames > BUSY_FRAMES
    const hadNoBreak = idleMs < tookMs / 2
    this.#share += (tookMs / (idleMs + tookMs) - this.#share) * SHARE_WEIGHT
    const restMs = this.#share > MAX_SHARE ? tookMs : 0
    this.#pauseMs = Math.min(MAX_PAUSE_MS, isBusy ? 2 * tookMs : restMs)
    this.#statusPauseMs = isBusy || hadNoBreak ? Math.min(MAX_STATUS_PAUSE_MS, 2 * tookMs) : 0
  }

  #scheduleAfter(pauseMs: number): void {
    const dueMs = this.#lastFlushEndMs + pauseMs
    if (dueMs >= this.#dueMs) return
    this.#dueMs = dueMs
    clearTimeout(this.#timer)
    const waitMs = dueMs - performance.now()
    if (waitMs < 1) setImmediate(() => this.#flushIfDue())
    else this.#timer = setTimeout(() => this.#flushIfDue(), waitMs)
  }

  /** Another flush may have come first. */
  #flushIfDue(): void {
    if (this.#dueMs !== Number.POSITIVE_INFINITY) this.flush()
  }

  #removeFollower(connection: Connection): void {
    const last = this.#followers.pop()!
    if (last === connection) return
    this.#followers[connection.index] = last
    last.moveTo(connection.index)
  }
}
