import { nowUs } from '../clock.ts'
import type { ChatLedger } from './chat-ledger.ts'
import type { OffsetCounts, Offsets } from './offset-ledger.ts'
import { judgePart, PATIENCE_US, type Part } from './part.ts'

const FIRST_ROOM = 16

/** Which durable events one connection has had of a log of which it may read a part. */
export class PartLedger implements Offsets {
  next = -1
  unreadable = 0
  readonly #user: number
  readonly #chats: ChatLedger
  readonly #counts: OffsetCounts
  readonly #onFinished: (part: Part) => void
  /** What came, ascending. */
  #received = new Float64Array(FIRST_ROOM)
  #count = 0
  /** What came, but not as it was. */
  #excused = new Set<number>()
  /** The log's newest offset at the greeting. */
  #since = -1
  /** What of the log was sent by a replay: after the first, up to the second. */
  #replays: [number, number][] = []
  /** When the last replay is over for certain, in microseconds; undefined once it is. */
  #replayedUs: number | undefined
  #suspects = new Map<number, number>()
  /** Up to where it was seen that nothing is missing. */
  #completeUntil = -1

  /** @param onFinished gets what it was until it begins anew, to be judged once all is known */
  constructor(
    { user, chats, counts }: { user: number; chats: ChatLedger; counts: OffsetCounts },
    onFinished: (part: Part) => void,
  ) {
    this.#user = user
    this.#chats = chats
    this.#counts = counts
    this.#onFinished = onFinished
  }

  get last(): number {
    return this.next - 1
  }

  forget(): void {
    this.next = -1
    this.unreadable = 0
    this.#received = new Float64Array(FIRST_ROOM)
    this.#count = 0
    this.#excused = new Set()
    this.#since = -1
    this.#replays = []
    this.#replayedUs = undefined
    this.#suspects = new Map()
    this.#completeUntil = -1
  }

  resume(): void {
    this.#endReplay()
    this.#replays.push([this.last, Number.POSITIVE_INFINITY])
  }

  begin(offset: number): void {
    this.#since = offset
    this.reach(offset)
  }

  endReplay(offset: number): void {
    // What was stored meanwhile is sent as a replay is, too.
    this.#replayedUs = nowUs() + PATIENCE_US
    this.reach(offset)
  }

  reach(offset: number): void {
    this.next = Math.max(this.next, offset + 1)
  }

  excuse(offset: number): void {
    this.#excused.add(offset)
  }

  isPast(offset: number): boolean {
    return offset <= this.#since || this.#find(offset) >= 0
  }

  isAhead(): boolean {
    return false
  }

  arrive(offset: number): boolean {
    if (this.#replayedUs !== undefined && nowUs() > this.#replayedUs) this.#endReplay()
    if (this.#chats.isOut(this.#user, offset)) this.#suspects.set(offset, nowUs())
    const newest = this.#received[this.#count - 1] ?? this.#since
    if (offset > newest) {
      this.#insert(offset, this.#count)
      this.reach(offset)
      return true
    }
    if (this.isPast(offset)) {
      this.#counts.duplicate += 1
      return false
    }
    this.#counts.reordered += 1
    this.#insert(offset, ~this.#find(offset))
    return true
  }

  isComplete(offset: number): boolean {
    if (this.next < 0) return false
    if (this.#completeUntil >= offset) return true
    const isComplete = this.missingUntil(offset) === 0
    if (isComplete) this.#completeUntil = offset
    return isComplete
  }

  missingUntil(offset: number): number {
    return this.#since < 0 ? 0 : judgePart(this.#part(offset), this.#chats).missing
  }

  leaked(): number {
    return this.#since < 0 ? 0 : judgePart(this.#part(this.last), this.#chats).leaked
  }

  hasCome(offset: number): boolean {
    return offset > 0 && this.isPast(offset)
  }

  settle(knownOffset: number): void {
    if (this.#since >= 0) this.#onFinished({ ...this.#part(this.last), knownOffset })
  }

  #endReplay(): void {
    const replay = this.#replays.at(-1)
    if (replay && this.#replayedUs !== undefined) replay[1] = this.last
    this.#replayedUs = undefined
  }

  #part(until: number): Part {
    return {
      user: this.#user,
      since: this.#since,
      until,
      received: this.#received.subarray(0, this.#count),
      excused: this.#excused,
      unreadable: this.unreadable,
      replays: this.#replays,
      suspects: this.#suspects,
      knownOffset: until,
    }
  }

  /** Where an offset stands in what came; where it would stand, as its complement, if it does not. */
  #find(offset: number): number {
    return findSorted(this.#received, this.#count, offset)
  }

  #insert(offset: number, place: number): void {
    if (this.#count === this.#received.length) {
      const more = new Float64Array(this.#count * 2)
      more.set(this.#received)
      this.#received = more
    }
    this.#received.copyWithin(place + 1, place, this.#count)
    this.#received[place] = offset
    this.#count += 1
  }
}

/** The place of a number in the first `count` of ascending ones; the complement of where it would be. */
function findSorted(numbers: Float64Array, count: number, wanted: number): number {
  let from = 0
  let to = count
  while (from < to) {
    const middle = (from + to) >>> 1
    if (numbers[middle]! < wanted) from = middle + 1
    else to = middle
  }
  return from < count && numbers[from] === wanted ? from : ~from
}
