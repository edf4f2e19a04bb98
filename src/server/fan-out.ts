import type { Connection } from './connection.ts'
import type { Status, Tail } from './tail.ts'

/**
 * Moves every connection's cursor to the end of the tail, one socket write per connection and
 * flush. An idle server flushes at once; a busy one waits, after each flush, as long as that
 * flush took, so that batches grow with the load and never take more than half of its time.
 */
export class FanOut {
  readonly #tail: Tail
  readonly #beforeFlush: () => void
  /** Dense, so that a flush walks an array; `connection.index` is its place. */
  readonly #connections: Connection[] = []
  #isScheduled = false
  #lastFlushEndMs = Number.NEGATIVE_INFINITY
  #lastFlushTookMs = 0

  /** @param beforeFlush puts in what is best made for many connections at once */
  constructor(tail: Tail, beforeFlush: () => void = () => {}) {
    this.#tail = tail
    this.#beforeFlush = beforeFlush
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

  schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    const waitMs = this.#lastFlushEndMs + this.#lastFlushTookMs - performance.now()
    if (waitMs < 1) setImmediate(() => this.flush())
    else setTimeout(() => this.flush(), waitMs)
  }

  flush(): void {
    const startMs = performance.now()
    this.#isScheduled = false
    this.#beforeFlush()
    this.#tail.seal()
    // Backwards, because a connection that closes while it is pumped may leave the list.
    for (let i = this.#connections.length - 1; i >= 0; i--) this.#connections[i]!.pump(this.#tail)
    this.#lastFlushEndMs = performance.now()
    this.#lastFlushTookMs = this.#lastFlushEndMs - startMs
  }
}
