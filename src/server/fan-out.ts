import type { Connection } from './connection.ts'
import type { Status, Tail } from './tail.ts'

/** A flush of more frames than this tells that they come faster than they can be sent singly. */
const BUSY_FRAMES = 3

/** The longest pause after a flush before the next one that somebody waits for. */
const MAX_PAUSE_MS = 10

/** The same for a flush that only tells who came and went. */
const MAX_STATUS_PAUSE_MS = 100

/**
 * Moves every connection's cursor to the end of the tail, one socket write per connection and
 * flush. The writes are what costs, not the bytes. So while frames come singly, each is flushed at
 * once; otherwise they gather for twice the time that the last flush took. Statuses gather sooner
 * and for longer than messages: when thousands of users come at once, the flushes between would
 * cost more than everything else.
 */
export class FanOut {
  readonly #tail: Tail
  readonly #beforeFlush: () => void
  readonly #onFlushTime: (tookMs: number) => void
  /** Shared frames times the connections open when they were flushed, so far. */
  deliveries = 0
  /** Dense, so that a flush walks an array; `connection.index` is its place. */
  readonly #connections: Connection[] = []
  /** When the next flush is due; infinity while there is none. */
  #dueMs = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #lastFlushEndMs = Number.NEGATIVE_INFINITY
  /** How long after a flush the next one may begin, and one that only tells statuses. */
  #pauseMs = 0
  #statusPauseMs = 0

  /**
   * @param beforeFlush puts in what is best made for many connections at once
   * @param onFlushTime told how long each flush took
   */
  constructor(
    tail: Tail,
    beforeFlush: () => void = () => {},
    onFlushTime: (tookMs: number) => void = () => {},
  ) {
    this.#tail = tail
    this.#beforeFlush = beforeFlush
    this.#onFlushTime = onFlushTime
  }

  get connections(): readonly Connection[] {
    return this.#connections
  }

  /** The position from which a new connection hears everything that is broadcast from now on. */
  get end(): number {
    return this.#tail.end
  }

  add(connection: Connection): void {
    connection.index = this.#connections.length
    this.#connections.push(connection)
  }

  remove(connection: Connection): void {
    const last = this.#connections.pop()!
    if (last === connection) return
    this.#connections[connection.index] = last
    last.index = connection.index
  }

  /** Sends the durable frame with the next offset to every connection, with the next flush. */
  broadcast(frame: Buffer): void {
    this.#tail.appendDurable(frame)
    this.schedule()
  }

  /** Sends a frame that says who came or went, with the next flush. */
  broadcastStatus(frame: Buffer, status: Status): void {
    this.#tail.appendStatus(frame, status)
    this.scheduleStatuses()
  }

  /** Sends a frame that is neither, with the next flush; who lags may never get it. */
  broadcastEphemeral(frame: Buffer): void {
    this.#tail.appendEphemeral(frame)
    this.schedule()
  }

  /** Sends a frame to one connection, with the next flush. */
  send(connection: Connection, frame: Buffer): void {
    connection.enqueue(frame)
    this.schedule()
  }

  /** Sends more to a connection whose socket has drained. */
  resume(connection: Connection): void {
    connection.pump(this.#tail)
  }

  /** How many bytes the connection that is furthest behind has yet to be sent. */
  get longestLagBytes(): number {
    let first = this.#tail.end
    for (const { cursor } of this.#connections) first = Math.min(first, cursor)
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
    this.#beforeFlush()
    const frames = this.#tail.seal()
    // Backwards, because a connection that closes while it is pumped may leave the list.
    for (let i = this.#connections.length - 1; i >= 0; i--) this.#connections[i]!.pump(this.#tail)
    this.#lastFlushEndMs = performance.now()
    const tookMs = this.#lastFlushEndMs - startMs
    this.deliveries += frames * this.#connections.length
    this.#onFlushTime(tookMs)
    const isBusy = frames > BUSY_FRAMES
    const hadNoBreak = idleMs < tookMs / 2
    this.#pauseMs = isBusy ? Math.min(MAX_PAUSE_MS, 2 * tookMs) : 0
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
}
