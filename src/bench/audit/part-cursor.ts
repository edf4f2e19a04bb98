import type { FrameSink, ReadFrame, Taken } from '../wire/frame-reader.ts'
import type { Audit } from './audit.ts'
import { ENTRY } from './block.ts'
import type { FrameJudge } from './frame-judge.ts'
import type { KnownStream } from './known-stream.ts'
import type { Place } from './place.ts'

const OFFSET_KEY = Buffer.from('"offset":')

/**
 * Takes what a connection is sent that may read a part of the log only. Which part that is, is judged at
 * the end: here each frame is found by its offset and compared with what others were sent, byte by byte,
 * and only what nobody was sent before is parsed.
 */
export class PartCursor implements FrameSink {
  readonly #audit: Audit
  readonly #place: Place
  readonly #judge: Pick<FrameJudge, 'judge' | 'noteDamage'>

  constructor(audit: Audit, place: Place, judge: Pick<FrameJudge, 'judge' | 'noteDamage'>) {
    this.#audit = audit
    this.#place = place
    this.#judge = judge
  }

  leavePlace(): void {}

  takeBackBegun(): undefined {
    return undefined
  }

  noteDamage(bytes: Buffer, from: number, to: number): void {
    this.#judge.noteDamage(bytes, from, to)
  }

  /** What comes next depends on what happens in several chats, so nothing is expected. */
  follow(_bytes: Buffer, from: number): number {
    return from
  }

  take(bytes: Buffer, frame: ReadFrame, nowUs: number): Taken {
    const { stream } = this.#audit
    const index = stream.find(readOffset(bytes, frame))
    if (index >= 0 && stream.isSame(index, bytes, frame.at, frame.end)) {
      this.#takeEntry(stream, index, nowUs)
      return 'taken'
    }
    const verdict = this.#judge.judge(bytes, frame, nowUs)
    if (typeof verdict === 'string') return verdict
    this.#takeEntry(verdict.isAside ? this.#audit.aside : stream, verdict.index, nowUs)
    return 'taken'
  }

  #takeEntry(stream: KnownStream, index: number, nowUs: number): void {
    const { counts, delivery } = this.#audit
    const block = stream.blockOf(index)
    const place = stream.placeOf(index)
    if (!this.#place.offsets.arrive(block.offsets[place]!)) return
    block.receivers[place]! += 1
    const kind = block.kinds[place]!
    if (kind <= ENTRY.foreign) counts.recorded += 1
    if (kind <= ENTRY.unrecorded) counts.delivered += 1
    if (!this.#place.isTimed) return
    if (block.firstUs[place] === 0) block.firstUs[place] = nowUs
    block.lastUs[place] = nowUs
    if (kind === ENTRY.timed) delivery.record(nowUs - block.dueUs[place]!)
  }
}

/** The offset that stands last in a frame, without parsing it; 0 where there is none. */
function readOffset(bytes: Buffer, { at, end }: ReadFrame): number {
  let place = bytes.lastIndexOf(OFFSET_KEY, end - OFFSET_KEY.length)
  if (place < at) return 0
  let offset = 0
  for (place += OFFSET_KEY.length; place < end; place++) {
    const digit = bytes[place]! - 0x30
    if (digit < 0 || digit > 9) break
    offset = offset * 10 + digit
  }
  return offset
}
