/** Where a ledger counts what is wrong. */
interface OffsetCounts {
  duplicate: number
  reordered: number
}

/** Which durable events one connection has had: all below `next`, but for the holes. */
export class OffsetLedger {
  /** The offset that must come next; -1 until the greeting tells. */
  next = -1
  /** Frames that could not be read: each stands for one that will seem to be missing. */
  unreadable = 0
  readonly #counts: OffsetCounts
  #holes: Set<number> | undefined

  constructor(counts: OffsetCounts) {
    this.#counts = counts
  }

  /** The last durable event that it was sent, or that came before it. */
  get last(): number {
    return this.next - 1
  }

  /** Begins anew, wherever the next greeting says. */
  forget(): void {
    this.next = -1
    this.unreadable = 0
    this.#holes = undefined
  }

  /** Goes on where it was, and is sent again what could not be read. */
  resume(): void {
    this.unreadable = 0
  }

  /** Takes note of an event that came, but not as it was: it is not missing. */
  excuse(offset: number): void {
    if (this.isAwaited(offset)) this.arrive(offset)
    else this.unreadable += 1
  }

  /** Whether an event came before the connection, or it has had it. */
  isPast(offset: number): boolean {
    return offset < this.next && !this.isAwaited(offset)
  }

  /** Whether something is missing before an event, if that comes next. */
  isAhead(offset: number): boolean {
    return this.next >= 0 && offset > this.next + this.unreadable
  }

  /** Takes note that a durable event came; false when it had come before. */
  arrive(offset: number): boolean {
    if (this.next < 0) this.next = offset
    if (offset >= this.next) {
      const excused = Math.min(this.unreadable, offset - this.next)
      this.unreadable -= excused
      for (let hole = this.next + excused; hole < offset; hole++) {
        this.#holes ??= new Set()
        this.#holes.add(hole)
      }
      this.next = offset + 1
      return true
    }
    if (this.#holes?.delete(offset)) {
      this.#counts.reordered += 1
      return true
    }
    this.#counts.duplicate += 1
    return false
  }

  /** Whether an event is the next one, or fills a hole. */
  isAwaited(offset: number): boolean {
    return offset === this.next || this.#holes?.has(offset) === true
  }

  /** Whether an event came, or came before the connection; there is none with the offset 0. */
  hasCome(offset: number): boolean {
    return offset > 0 && offset < this.next && this.#holes?.has(offset) !== true
  }

  /** Whether all up to an offset came. */
  isComplete(offset: number): boolean {
    return this.next > offset && (this.#holes === undefined || this.#holes.size === 0)
  }

  /** How many events up to an offset should have come and have not. */
  missingUntil(offset: number): number {
    const ahead = Math.max(0, offset - this.last - this.unreadable)
    return (this.#holes?.size ?? 0) + (this.next < 0 ? 0 : ahead)
  }
}
