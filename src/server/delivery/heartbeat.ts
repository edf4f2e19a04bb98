/** What the heartbeat needs of a connection. */
export interface Pingable {
  /** Decides when in the interval the connection is pinged. */
  readonly serial: number
  /** Pings sent since the peer was last heard of; whoever hears it sets this to 0. */
  unansweredPings: number
  ping(): void
  terminate(): void
}

/** Pings that a peer may leave unanswered before it is taken for dead. */
const MAX_UNANSWERED = 2

/** Parts of the interval over which one sweep is spread, so that pings do not go out in a burst. */
const SLOTS = 20

/** Pings every connection once an interval and terminates the dead ones, with one timer for all. */
export class Heartbeat {
  readonly #slots: Set<Pingable>[] = Array.from({ length: SLOTS }, () => new Set())
  #nextSlot = 0
  #timer: NodeJS.Timeout | undefined

  /** Begins to sweep; stop ends it. */
  start(intervalMs: number): void {
    this.#timer = setInterval(() => this.#sweep(), intervalMs / SLOTS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  add(connection: Pingable): void {
    this.#slotOf(connection).add(connection)
  }

  remove(connection: Pingable): void {
    this.#slotOf(connection).delete(connection)
  }

  #slotOf(connection: Pingable): Set<Pingable> {
    return this.#slots[connection.serial % SLOTS]!
  }

  #sweep(): void {
    const slot = this.#slots[this.#nextSlot]!
    this.#nextSlot = (this.#nextSlot + 1) % SLOTS
    for (const connection of slot)
      if (connection.unansweredPings >= MAX_UNANSWERED) connection.terminate()
      else connection.ping()
  }
}
