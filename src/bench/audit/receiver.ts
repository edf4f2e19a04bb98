import { type ControlListener, FrameReader } from '../wire/frame-reader.ts'
import type { Audit } from './audit.ts'
import { FrameJudge, type PrivateListener } from './frame-judge.ts'
import { OffsetLedger, type Offsets } from './offset-ledger.ts'
import { PartCursor } from './part-cursor.ts'
import { PartLedger } from './part-ledger.ts'
import { Place } from './place.ts'
import type { Roster } from './roster.ts'
import { StreamCursor } from './stream-cursor.ts'
import type { Waiting } from './waiting-list.ts'

/**
 * The audit of one connection. What it is sent goes from the reader of frames to the cursor, which
 * compares it with what all are sent, byte by byte and in one go; where it differs, on to the judge,
 * frame by frame, and from there into the findings.
 */
export class Receiver implements Waiting {
  readonly #audit: Audit
  readonly #place: Place
  readonly #cursor: StreamCursor | PartCursor
  readonly #reader: FrameReader

  /** @param user whose connection it is */
  constructor(audit: Audit, user: number, listener: PrivateListener & ControlListener) {
    this.#audit = audit
    const { chats, counts } = audit
    const offsets = chats
      ? new PartLedger({ user, chats, counts }, (part) => audit.finished.push(part))
      : new OffsetLedger(counts)
    this.#place = new Place(user, offsets)
    const judge = new FrameJudge(audit, this.#place, listener)
    this.#cursor = chats
      ? new PartCursor(audit, this.#place, judge)
      : new StreamCursor(audit, this.#place, judge)
    this.#reader = new FrameReader(this.#cursor, listener)
  }

  /** Which durable events it has had. */
  get offsets(): Offsets {
    return this.#place.offsets
  }

  /** What it knows of who is online; undefined before its greeting. */
  get roster(): Roster | undefined {
    return this.#place.roster
  }

  /** Index in the stream of what comes next; -1 until it has found its place. */
  get cursor(): number {
    return this.#place.index
  }

  /** Whether arrivals on it are timed. */
  get isTimed(): boolean {
    return this.#place.isTimed
  }

  set isTimed(isTimed: boolean) {
    this.#place.isTimed = isTimed
  }

  /** Whether it follows the log, and lacks nothing of what came before. */
  get isFollowing(): boolean {
    const { index, isGreeted, isReplaying } = this.#place
    return (this.#audit.chats ? isGreeted : index >= 0) && !isReplaying
  }

  /** Whether it is still to be told that it has resumed. */
  get isReplaying(): boolean {
    return this.#place.isReplaying
  }

  /**
   * Begins on a new socket. @param keepsPlace whether it resumes; otherwise the greeting tells
   * where it begins
   */
  begin(keepsPlace: boolean): void {
    this.#forgetBytes()
    this.#place.begin(keepsPlace)
  }

  /** Takes in bytes of frames, `at` to `length`, that came just now. */
  read(bytes: Buffer, at: number, length: number, nowUs: number): void {
    if (!this.#reader.read(bytes, at, length, nowUs)) this.#audit.waiting.add(this)
  }

  retry(): boolean {
    this.#place.hasWaited = this.#audit.waiting.hasWaited(this)
    const isPlaced = this.#reader.retry()
    this.#place.hasWaited = false
    return isPlaced
  }

  /** Its socket is gone: it follows the stream no longer, and knows nothing of who is here. */
  end(): void {
    this.#forgetBytes()
    this.#place.roster = undefined
  }

  /**
   * Ends for good. @param knownOffset the newest offset when it said that it leaves: what it did
   * not get of that was under way
   */
  settle(knownOffset: number): void {
    this.offsets.settle(knownOffset)
    this.end()
  }

  /** What was under way on the last socket does not go on. */
  #forgetBytes(): void {
    this.#cursor.leavePlace()
    this.#reader.reset()
  }
}
