/** Where a ledger counts what is wrong. */
export interface OffsetCounts {
  duplicate: number
  reordered: number
  missing: number
  ambiguous: number
}

/** Which durable events one connection has had. */
export interface Offsets {
  /** The offset after the newest that it was sent, or told of; -1 until the greeting tells. */
  next: number
  /** Frames that could not be read: each stands for one that will seem to be missing. */
  unreadable: number
  /** The last durable event that it was sent, or that came before it. */
  readonly last: number
  /** Begins anew, wherever the next greeting says. */
  forget(): void
  /** Goes on where it was, and is sent again what could not be read. */
  resume(): void
  /** Begins after an offset, as its greeting says. */
  begin(offset: number): void
  /** What was missed while it was away has come, up to an offset. */
  endReplay(offset: number): void
  /** Takes note of an event that came, but not as it was: it is not missing. */
  excuse(offset: number): void
  /** Whether an event came before the connection, or it has had it. */
  isPast(offset: number): boolean
  /** Whether something is missing before an event, if that comes next. */
  isAhead(offset: number): boolean
  /** Takes note that a durable event came; false when it had come before. */
  arrive(offset: number): boolean
  /** Whether an event came, or came before the connection; there is none with the offset 0. */
  hasCome(offset: number): boolean
  /** Whether all up to an offset came. */
  isComplete(offset: number): boolean
  /** How many events up to an offset should have come and have not. */
  missingUntil(offset: number): number
  /** How many events came that it must not read. */
  leaked(): number
  /** Ends for good. @param knownOffset the newest offset when it left: what is after `last` was under way */
  settle(knownOffset: number): void
}

/** Of a connection that is sent all: those below `next`, but for the holes. */
export class OffsetLedger implements Offsets {
  next = -1
  unreadable = 0
  readonly #counts: OffsetCounts
  #holes: Set<number> | undefined

  constructor(counts: OffsetCounts) {
    this.#counts = counts
  }

  get last(): number {
    return this.next - 1
  }

  forget(): void {
    this.next = -1
    this.unreadable = 0
    this.#holes = undefined
  }

  resume(): void {
    this.unreadable = 0
  }

  begin(offset: number): void {
    this.next = offset + 1
  }

  endReplay(): void {}

  excuse(offset: number): void {
    if (this.isAwaited(offset)) this.arrive(offset)
    else this.unreadable += 1
  }

  isPast(offset: number): boolean {
    return offset < this.next && !this.isAwaited(offset)
  }

  isAhead(offset: number): boolean {
    return this.next >= 0 && offset > this.next + this.unreadable
  }

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

  hasCome(offset: number): boolean {
    return offset > 0 && offset < this.next && this.#holes?.has(offset) !== true
  }

  isComplete(offset: number): boolean {
    return this.next > offset && (this.#holes === undefined || this.#holes.size === 0)
  }

  leaked(): number {
    return 0
  }

  settle(knownOffset: number): void {
    const { last } = this
    this.#counts.missing += this.missingUntil(last)
    if (last >= 0) this.#counts.ambiguous += Math.max(0, knownOffset - last)
  }

  missingUntil(offset: number): number {
    const ahead = Math.max(0, offset - this.last - this.unreadable)
    return (this.#holes?.size ?? 0) + (this.next < 0 ? 0 : ahead)
  }
}
