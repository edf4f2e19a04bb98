import { beginsFragments, continuesFragments, Fragments } from '../wire/fragments.ts'
import { type FrameExtent, isSoundHeader, readExtent } from '../wire/frame-header.ts'
import { beginsText, findFrameStart, OPENING, UNDECIDED_BYTES } from '../wire/frame-start.ts'
import { OPCODE } from '../wire/masked-frame.ts'
import type { Audit } from './audit.ts'
import { FrameJudge, type ReceiverHooks } from './frame-judge.ts'
import type { OffsetLedger } from './offset-ledger.ts'
import type { Roster } from './roster.ts'
import { StreamCursor } from './stream-cursor.ts'

/** The least first byte of a control frame. */
const CONTROL = 0x80 | OPCODE.close
const extent: FrameExtent = { payloadStart: 0, end: 0 }

/**
 * Reads what one connection is sent, and compares it with the stream that all are sent: as long as
 * it is the same, byte by byte and in one go; frame by frame where it is not.
 */
export class Receiver {
  readonly #audit: Audit
  readonly #cursor: StreamCursor
  readonly #judge: FrameJudge
  /** Bytes of a frame whose rest has not come, or that cannot be placed yet. */
  #carry: Buffer | undefined
  #carryUs = 0
  #isWaiting = false
  /** Whether what it is sent is damaged, up to where the next frame is found to begin. */
  #isAdrift = false
  /** Whether what comes next may be the rest of a frame that could not be read. */
  #isAfterDamage = false
  /** The message that comes in several frames, while it does. */
  #fragments: Fragments | undefined

  /** @param user whose connection it is */
  constructor(audit: Audit, user: number, hooks: ReceiverHooks) {
    this.#audit = audit
    this.#cursor = new StreamCursor(audit, user)
    this.#judge = new FrameJudge(audit, { user, receiver: this, cursor: this.#cursor, hooks })
  }

  /** Which durable events it has had. */
  get offsets(): OffsetLedger {
    return this.#cursor.offsets
  }

  /** What it knows of who is online; undefined before its greeting. */
  get roster(): Roster | undefined {
    return this.#cursor.roster
  }

  /** Index in the stream of what comes next; -1 until it has found its place. */
  get cursor(): number {
    return this.#cursor.index
  }

  /** Whether it counts in what is told of times. */
  get isTimed(): boolean {
    return this.#cursor.isTimed
  }

  set isTimed(isTimed: boolean) {
    this.#cursor.isTimed = isTimed
  }

  /** Whether it follows the stream, and lacks nothing of what came before. */
  get isFollowing(): boolean {
    return this.#cursor.index >= 0 && !this.#cursor.isReplaying
  }

  /** Whether it is still to be told that it has resumed. */
  get isReplaying(): boolean {
    return this.#cursor.isReplaying
  }

  /**
   * Begins on a new socket. @param keepsPlace whether it resumes; otherwise the greeting tells
   * where it begins
   */
  begin(keepsPlace: boolean): void {
    this.#forgetBytes()
    this.#cursor.isReplaying = keepsPlace
    this.#judge.begin()
    if (keepsPlace) this.offsets.resume()
    else this.offsets.forget()
  }

  /** Its socket is gone: it follows the stream no longer, and knows nothing of who is here. */
  end(): void {
    this.#forgetBytes()
    this.#cursor.roster = undefined
  }

  /** Takes in bytes of frames, `at` to `length`, that came just now. */
  read(bytes: Buffer, at: number, length: number, nowUs: number): void {
    if (this.#carry === undefined) {
      this.#process(bytes, at, length, nowUs)
      return
    }
    const all = Buffer.concat([this.#carry, bytes.subarray(at, length)])
    if (this.#isWaiting) {
      this.#carry = all
      return
    }
    this.#carry = undefined
    this.#process(all, 0, all.length, nowUs)
  }

  /** Tries to place again what could not be placed; true when it could. */
  retry(): boolean {
    if (!this.#isWaiting) return true
    const bytes = this.#carry!
    this.#isWaiting = false
    this.#carry = undefined
    this.#process(bytes, 0, bytes.length, this.#carryUs)
    return !this.#isWaiting
  }

  #process(given: Buffer, from: number, until: number, nowUs: number): void {
    let bytes = given
    let at = from
    let length = until
    while (at < length) {
      if (this.#isAdrift) at = this.#drift(bytes, at, length, nowUs)
      // Within a message in several frames, none of another message may come.
      else if (!this.#fragments) at = this.#cursor.follow(bytes, at, length, nowUs)
      if (at === length) return
      const begun = this.#cursor.takeBackBegun()
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
   * has not come whole, or cannot be placed yet.
   */
  #pass(bytes: Buffer, at: number, length: number, nowUs: number): number | Buffer | undefined {
    if (!readExtent(bytes, at, length, extent)) return undefined
    const { payloadStart, end } = extent
    const isSound = isSoundHeader(bytes, at)
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
      this.#judge.noteDamage(bytes, payloadStart, next)
      return next
    }
    if (!isSound) {
      this.#judge.noteDamage(bytes, payloadStart, end)
      return this.#passDamaged(bytes, payloadStart, end, length)
    }
    const first = bytes[at]!
    if (this.#fragments && first < CONTROL && !continuesFragments(first)) {
      this.#judge.noteDamage(this.#fragments.payload)
      this.#fragments = undefined
      return at
    }
    if (beginsFragments(first)) this.#fragments = new Fragments(first)
    if (this.#fragments && first < CONTROL) {
      const whole = this.#fragments.add(first, bytes.subarray(payloadStart, end))
      if (!whole) return end
      this.#fragments = undefined
      return Buffer.concat([whole, bytes.subarray(end, length)])
    }
    const { corrupt } = this.#audit.counts
    if (this.#judge.take(bytes, { at, payloadStart, end }, nowUs)) {
      const isDamaged = this.#audit.counts.corrupt > corrupt
      return isDamaged ? this.#passDamaged(bytes, payloadStart, end, length) : end
    }
    this.#isWaiting = true
    this.#audit.await(this)
    return undefined
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

  /** What was under way on the last socket does not go on. */
  #forgetBytes(): void {
    this.#cursor.leavePlace()
    this.#carry = undefined
    this.#fragments = undefined
    this.#isAdrift = false
    this.#isAfterDamage = false
    this.#isWaiting = false
  }
}
