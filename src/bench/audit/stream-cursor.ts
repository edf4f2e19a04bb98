import type { Audit } from './audit.ts'
import { type Block, ENTRY, type NewEntry } from './block.ts'
import { OffsetLedger } from './offset-ledger.ts'
import type { Roster } from './roster.ts'
import { sameFrames } from './same-frames.ts'

/** How far one connection has come in the stream that all are sent, and what it has of it. */
export class StreamCursor {
  roster: Roster | undefined
  /** Whether the connection counts in what is told of times. */
  isTimed = true
  /** Whether the connection is being sent what it missed while it was away. */
  isReplaying = false
  /** Which durable events the connection has had. */
  readonly offsets: OffsetLedger
  readonly #audit: Audit
  readonly #user: number
  /** Index in the stream of what comes next; -1 until it has found its place. */
  #index = -1
  /** Bytes of the entry at the index that have come already. */
  #matched = 0

  /** @param user whose connection it is */
  constructor(audit: Audit, user: number) {
    this.#audit = audit
    this.#user = user
    this.offsets = new OffsetLedger(audit.counts)
  }

  get index(): number {
    return this.#index
  }

  /** Follows the stream no longer, until it finds a place again. */
  leavePlace(): void {
    if (this.#index >= 0) this.#audit.placed -= 1
    this.#index = -1
    this.#matched = 0
  }

  /**
   * What was taken for the beginning of the entry at the index, which it turns out not to be;
   * undefined when there is none.
   */
  takeBackBegun(): Buffer | undefined {
    if (this.#matched === 0) return undefined
    const begun = this.#audit.stream.bytesOf(this.#index).subarray(0, this.#matched)
    this.#matched = 0
    return begun
  }

  /** Goes along the stream as far as the bytes are the same; returns up to where they are. */
  follow(bytes: Buffer, from: number, length: number, nowUs: number): number {
    const { stream } = this.#audit
    let at = from
    while (at < length && this.#index >= 0 && this.#index < stream.end) {
      const block = stream.blockOf(this.#index)
      if (block.crcs) return at
      const place = stream.placeOf(this.#index)
      const start = block.starts[place]! + this.#matched
      let count = Math.min(length - at, block.starts[block.count]! - start)
      if (block.bytes.compare(bytes, at, at + count, start, start + count) !== 0) {
        count = sameFrames(block, place, start, bytes, at, count)
        if (count === 0) return at
      }
      at += count
      const to = start + count
      let next = place
      while (next < block.count && block.starts[next + 1]! <= to) next += 1
      this.#takeRun(block, place, next, nowUs)
      this.#index += next - place
      this.#matched = next < block.count ? to - block.starts[next]! : 0
    }
    return at
  }

  /** Takes in entries of the stream that came as they stand there. */
  #takeRun(block: Block, from: number, to: number, nowUs: number): void {
    const { counts } = this.#audit
    const { offsets } = this
    for (let place = from; place < to; place++) {
      const kind = block.kinds[place]!
      if (kind <= ENTRY.other) {
        const offset = block.offsets[place]!
        if (offset === offsets.next) offsets.next += 1
        else if (!offsets.arrive(offset)) continue
      }
      block.receivers[place]! += 1
      if (kind <= ENTRY.foreign) counts.recorded += 1
      if (kind <= ENTRY.unrecorded) counts.delivered += 1
      else if (isPresence(kind) && this.roster?.isPlain === false)
        this.roster.follow(block.users[place]!)
      if (this.isTimed) this.#time(block, place, nowUs)
    }
  }

  #time(block: Block, place: number, nowUs: number): void {
    const { delivery, presence, isRecording } = this.#audit
    if (block.firstUs[place] === 0) block.firstUs[place] = nowUs
    block.lastUs[place] = nowUs
    const kind = block.kinds[place]!
    const dueUs = block.dueUs[place]!
    if (kind === ENTRY.timed) delivery.record(nowUs - dueUs)
    else if (isPresence(kind) && dueUs > 0 && isRecording) presence.record(nowUs - dueUs)
  }

  /** Passes what is told of its own user, which is told to everyone else. */
  passOwn(): void {
    const { stream } = this.#audit
    while (this.#index >= 0 && this.#index < stream.end) {
      const users = stream.blockOf(this.#index).users
      if (users[stream.placeOf(this.#index)] !== this.#user) return
      this.#index += 1
    }
  }

  /** Takes in one entry, and goes on behind it. */
  takeEntry(index: number, nowUs: number): void {
    const { stream } = this.#audit
    const place = stream.placeOf(index)
    this.#takeRun(stream.blockOf(index), place, place + 1, nowUs)
    if (!this.isReplaying || index >= this.#index) this.#moveTo(index + 1)
  }

  /** Takes in an entry that most were sent in another order. */
  takeAside(index: number, nowUs: number): void {
    const place = this.#audit.aside.placeOf(index)
    this.#takeRun(this.#audit.aside.blockOf(index), place, place + 1, nowUs)
  }

  /** Moves the cursor on; what lies between was not sent, or was when it was not here yet. */
  #moveTo(index: number): void {
    if (this.#index >= 0 && index <= this.#index) return
    // While it is sent what it missed, who came and went meanwhile is in its greeting.
    if (this.isReplaying) return
    if (this.#index < 0) {
      this.#audit.placed += 1
      if (this.roster) this.roster.since = index - 1
    } else this.roster?.skip(this.#audit.stream, this.#index, index - 1)
    this.#index = index
    this.#matched = 0
  }

  /** Puts a frame at the end of the stream, and goes there. */
  lead(bytes: Buffer, at: number, end: number, entry: NewEntry, nowUs: number): void {
    this.takeEntry(this.#audit.stream.append(bytes, at, end, entry), nowUs)
  }
}

function isPresence(kind: number): boolean {
  return kind === ENTRY.online || kind === ENTRY.offline
}
