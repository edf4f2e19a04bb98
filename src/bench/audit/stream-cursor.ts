import type { FrameSink, ReadFrame, Taken } from '../wire/frame-reader.ts'
import type { Audit } from './audit.ts'
import { type Block, ENTRY, sameFrames } from './block.ts'
import type { FrameJudge } from './frame-judge.ts'
import type { Place } from './place.ts'

/**
 * Goes along the stream with what one connection is sent, and asks the judge about the frames that
 * are not what comes next there.
 */
export class StreamCursor implements FrameSink {
  readonly #audit: Audit
  readonly #place: Place
  readonly #judge: Pick<FrameJudge, 'judge' | 'noteDamage'>
  /** Bytes of the entry at the place that have come already. */
  #matched = 0

  constructor(audit: Audit, place: Place, judge: Pick<FrameJudge, 'judge' | 'noteDamage'>) {
    this.#audit = audit
    this.#place = place
    this.#judge = judge
  }

  /** Follows the stream no longer, until it finds a place again. */
  leavePlace(): void {
    if (this.#place.index >= 0) this.#audit.placed -= 1
    this.#place.index = -1
    this.#matched = 0
  }

  takeBackBegun(): Buffer | undefined {
    if (this.#matched === 0) return undefined
    const begun = this.#audit.stream.bytesOf(this.#place.index).subarray(0, this.#matched)
    this.#matched = 0
    return begun
  }

  noteDamage(bytes: Buffer, from: number, to: number): void {
    this.#judge.noteDamage(bytes, from, to)
  }

  take(bytes: Buffer, frame: ReadFrame, nowUs: number): Taken {
    this.#passOwn()
    if (this.#takeExpected(bytes, frame, nowUs)) return 'taken'
    const verdict = this.#judge.judge(bytes, frame, nowUs)
    if (typeof verdict === 'string') return verdict
    if (verdict.isAside) this.#takeAside(verdict.index, nowUs)
    else this.#takeEntry(verdict.index, nowUs)
    return 'taken'
  }

  follow(bytes: Buffer, from: number, length: number, nowUs: number): number {
    const { stream } = this.#audit
    const place = this.#place
    let at = from
    while (at < length && place.index >= 0 && place.index < stream.end) {
      const block = stream.blockOf(place.index)
      if (block.crcs) return at
      const first = stream.placeOf(place.index)
      const start = block.starts[first]! + this.#matched
      let count = Math.min(length - at, block.starts[block.count]! - start)
      if (block.bytes.compare(bytes, at, at + count, start, start + count) !== 0) {
        count = sameFrames(block, first, start, bytes, at, count)
        if (count === 0) return at
      }
      at += count
      const to = start + count
      let next = first
      while (next < block.count && block.starts[next + 1]! <= to) next += 1
      this.#takeRun(block, first, next, nowUs)
      place.index += next - first
      this.#matched = next < block.count ? to - block.starts[next]! : 0
    }
    return at
  }

  /** Takes in entries of the stream that came as they stand there. */
  #takeRun(block: Block, from: number, to: number, nowUs: number): void {
    const { counts } = this.#audit
    const { offsets, roster, isTimed } = this.#place
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
      else if (isPresence(kind) && roster?.isPlain === false) roster.follow(block.users[place]!)
      if (isTimed) this.#time(block, place, nowUs)
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

  /** Takes the durable event that must come next, if the frame is that, byte by byte. */
  #takeExpected(bytes: Buffer, { at, end }: ReadFrame, nowUs: number): boolean {
    const { stream, aside } = this.#audit
    const { next } = this.#place.offsets
    const index = stream.find(next)
    if (index >= 0) {
      if (!stream.isSame(index, bytes, at, end)) return false
      this.#takeEntry(index, nowUs)
      return true
    }
    const other = aside.find(next)
    if (other < 0 || !aside.isSame(other, bytes, at, end)) return false
    this.#takeAside(other, nowUs)
    return true
  }

  /** Passes what is told of its own user, which is told to everyone else. */
  #passOwn(): void {
    const { stream } = this.#audit
    const place = this.#place
    while (place.index >= 0 && place.index < stream.end) {
      const { users } = stream.blockOf(place.index)
      if (users[stream.placeOf(place.index)] !== place.user) return
      place.index += 1
    }
  }

  /** Takes in one entry, and goes on behind it. */
  #takeEntry(index: number, nowUs: number): void {
    const { stream } = this.#audit
    const { isReplaying, roster } = this.#place
    const block = stream.blockOf(index)
    const at = stream.placeOf(index)
    this.#takeRun(block, at, at + 1, nowUs)
    if (!isReplaying) this.#moveTo(index + 1)
    // It has no place in the stream to follow it from.
    else if (isPresence(block.kinds[at]!))
      roster?.tell(block.users[at]!, block.kinds[at] === ENTRY.online)
  }

  /** Takes in an entry that most were sent in another order. */
  #takeAside(index: number, nowUs: number): void {
    const { aside } = this.#audit
    const at = aside.placeOf(index)
    this.#takeRun(aside.blockOf(index), at, at + 1, nowUs)
  }

  /** Moves on; what lies between was not sent, or was when it was not here yet. */
  #moveTo(index: number): void {
    const place = this.#place
    if (place.index >= 0 && index <= place.index) return
    if (place.index < 0) {
      this.#audit.placed += 1
      if (place.roster) place.roster.since = index - 1
    } else place.roster?.skip(this.#audit.stream, place.index, index - 1)
    place.index = index
    this.#matched = 0
  }
}

function isPresence(kind: number): boolean {
  return kind === ENTRY.online || kind === ENTRY.offline
}
