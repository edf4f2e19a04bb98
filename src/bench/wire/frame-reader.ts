import { beginsFragments, continuesFragments, Fragments, MAX_MESSAGE_BYTES } from './fragments.ts'
import { type FrameExtent, isSoundHeader, readExtent } from './frame-header.ts'
import { beginsText, findFrameStart, OPENING, UNDECIDED_BYTES } from './frame-start.ts'
import { OPCODE } from './masked-frame.ts'

/** What became of a frame: `later` when it cannot be judged before others have come. */
export type Taken = 'taken' | 'damaged' | 'later'

/** Takes what is read of one connection. */
export interface FrameSink {
  /** Takes bytes as far as they are what was expected; returns up to where. */
  follow(bytes: Buffer, at: number, length: number, nowUs: number): number
  /** The bytes before these that were taken as the beginning of another frame; undefined: none. */
  takeBackBegun(): Buffer | undefined
  /** Takes a whole frame that carries text, or claims to. */
  take(bytes: Buffer, frame: ReadFrame, nowUs: number): Taken
  /** Takes note of a frame that cannot be read, and of which these bytes are left. */
  noteDamage(bytes: Buffer, from: number, to: number): void
}

/** Hears of frames that carry no message. */
export interface ControlListener {
  onPing(payload: Buffer): void
  onClose(payload: Buffer): void
}

/** A frame, in the bytes that it was read from. */
export interface ReadFrame extends FrameExtent {
  readonly at: number
}

const extent: FrameExtent = { payloadStart: 0, end: 0 }

/**
 * Reads the frames of one connection out of its bytes. The sink is offered the bytes first, however
 * many frames they are; frame by frame it gets only what it did not expect.
 *
 * A frame that cannot be read is told once. Reading goes on where the next one begins, see
 * docs/decisions/017-damaged-streams.md.
 */
export class FrameReader {
  readonly #sink: FrameSink
  readonly #control: ControlListener
  /** Bytes of a frame whose rest has not come, or that cannot be judged yet. */
  #carry: Buffer | undefined
  #carryUs = 0
  #isWaiting = false
  /** Whether what is read is damaged, up to where the next frame is found to begin. */
  #isAdrift = false
  /** Whether what comes next may be the rest of a frame that could not be read. */
  #isAfterDamage = false
  /** The message that comes in several frames, while it does. */
  #fragments: Fragments | undefined

  constructor(sink: FrameSink, control: ControlListener) {
    this.#sink = sink
    this.#control = control
  }

  /** Takes in bytes, `at` to `length`; false when it waits until it may `retry`. */
  read(bytes: Buffer, at: number, length: number, nowUs: number): boolean {
    if (this.#carry === undefined) {
      this.#process(bytes, at, length, nowUs)
      return !this.#isWaiting
    }
    const all = Buffer.concat([this.#carry, bytes.subarray(at, length)])
    if (this.#isWaiting) {
      this.#carry = all
      return false
    }
    this.#carry = undefined
    this.#process(all, 0, all.length, nowUs)
    return !this.#isWaiting
  }

  /** Tries again what could not be judged; true when it could. */
  retry(): boolean {
    if (!this.#isWaiting) return true
    const bytes = this.#carry!
    this.#isWaiting = false
    this.#carry = undefined
    this.#process(bytes, 0, bytes.length, this.#carryUs)
    return !this.#isWaiting
  }

  /** Forgets what was under way: the socket is gone. */
  reset(): void {
    this.#carry = undefined
    this.#fragments = undefined
    this.#isAdrift = false
    this.#isAfterDamage = false
    this.#isWaiting = false
  }

  #process(given: Buffer, from: number, until: number, nowUs: number): void {
    let bytes = given
    let at = from
    let length = until
    while (at < length) {
      if (this.#isAdrift) at = this.#drift(bytes, at, length, nowUs)
      // Within a message in several frames, none of another message may come.
      else if (!this.#fragments) at = this.#sink.follow(bytes, at, length, nowUs)
      if (at === length) return
      const begun = this.#sink.takeBackBegun()
      if (begun) {
        bytes = Buffer.concat([begun, bytes.subarray(at, length)])
        at = 0
        length = bytes.length
      }
      const next = this.#pass(bytes, at, length, nowUs)
      if (next === undefined) {
        this.#keep(bytes, at, length, nowUs)
        return
      }
      if (typeof next === 'number') at = next
      else {
        bytes = next
        at = 0
        length = bytes.length
      }
    }
  }

  /**
   * Passes one frame; returns up to where, or all that is to be read instead. Undefined while it
   * has not come whole, or cannot be judged yet.
   */
  #pass(bytes: Buffer, at: number, length: number, nowUs: number): number | Buffer | undefined {
    if (!readExtent(bytes, at, length, extent)) return undefined
    const { payloadStart, end } = extent
    const isSound = isSoundHeader(bytes, at)
    if (end - payloadStart > MAX_MESSAGE_BYTES) {
      // It would be waited for, and kept, for as long as it says.
      this.#sink.noteDamage(bytes, payloadStart, payloadStart)
      this.#isAdrift = true
      return payloadStart
    }
    if (!isSound && this.#isAfterDamage) {
      if (length < payloadStart + OPENING.length) return undefined
      this.#isAdrift = !beginsText(bytes, payloadStart)
    }
    this.#isAfterDamage = false
    if (this.#isAdrift) return at
    if (end > length) {
      const next = findFrameStart(bytes, payloadStart, length)
      if (next < 0) return undefined
      // Others have begun within it, so it is not as long as it says.
      this.#sink.noteDamage(bytes, payloadStart, next)
      return next
    }
    if (!isSound) {
      this.#sink.noteDamage(bytes, payloadStart, end)
      return this.#passDamaged(bytes, payloadStart, end, length)
    }
    const opcode = bytes[at]! & 0x0f
    if (opcode >= OPCODE.close) {
      this.#passControl(opcode, Buffer.from(bytes.subarray(payloadStart, end)))
      return end
    }
    if (this.#fragments || beginsFragments(bytes[at]!))
      return this.#passFragment(bytes, { at, payloadStart, end }, length)
    const taken = this.#sink.take(bytes, { at, payloadStart, end }, nowUs)
    if (taken === 'taken') return end
    if (taken === 'damaged') return this.#passDamaged(bytes, payloadStart, end, length)
    this.#isWaiting = true
    return undefined
  }

  #passControl(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.#control.onPing(payload)
    else if (opcode === OPCODE.close) this.#control.onClose(payload)
  }

  /** Passes a frame of a message in several; after the last, that is to be read as a single one. */
  #passFragment(
    bytes: Buffer,
    { at, payloadStart, end }: ReadFrame,
    length: number,
  ): number | Buffer {
    const first = bytes[at]!
    if (this.#fragments && !continuesFragments(first)) {
      const { payload } = this.#fragments
      this.#sink.noteDamage(payload, 0, payload.length)
      this.#fragments = undefined
      return at
    }
    this.#fragments ??= new Fragments(first)
    const whole = this.#fragments.add(first, bytes.subarray(payloadStart, end))
    if (!whole && this.#fragments.isTooLong) {
      this.#sink.noteDamage(bytes, payloadStart, end)
      this.#fragments = undefined
    }
    if (!whole) return end
    this.#fragments = undefined
    return Buffer.concat([whole, bytes.subarray(end, length)])
  }

  /** Passes a frame that could not be read; its length may be wrong, too. */
  #passDamaged(bytes: Buffer, payloadStart: number, end: number, length: number): number {
    const next = findFrameStart(bytes, payloadStart, length)
    if (next >= 0 && next < end) return next
    this.#isAfterDamage = true
    return end
  }

  /** Looks for where the next frame begins; returns that, or `length` when it has not come yet. */
  #drift(bytes: Buffer, at: number, length: number, nowUs: number): number {
    const next = findFrameStart(bytes, at, length)
    this.#isAdrift = next < 0
    if (next >= 0) return next
    this.#keep(bytes, Math.max(at, length - UNDECIDED_BYTES), length, nowUs)
    return length
  }

  #keep(bytes: Buffer, at: number, length: number, nowUs: number): void {
    this.#carry = Buffer.from(bytes.subarray(at, length))
    this.#carryUs = nowUs
  }
}
