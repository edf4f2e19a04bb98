import type { Audit } from './audit.ts'
import { ENTRY } from './block.ts'
import type { Receiver } from './receiver.ts'
import type { StreamCursor } from './stream-cursor.ts'

/** Presence entries of one user that are compared with a frame. */
const LOOK_BACK = 4

/** Judges what one connection is told of users that come and go. */
export class PresenceJudge {
  readonly #audit: Audit
  readonly #receiver: Receiver
  readonly #cursor: StreamCursor

  constructor(audit: Audit, receiver: Receiver, cursor: StreamCursor) {
    this.#audit = audit
    this.#receiver = receiver
    this.#cursor = cursor
  }

  /**
   * Takes in that a user came or went, which is not what comes next in the stream; false when it
   * cannot be placed yet.
   */
  take(
    bytes: Buffer,
    at: number,
    end: number,
    { user, isOnline, nowUs }: { user: number; isOnline: boolean; nowUs: number },
  ): boolean {
    if (user < 0) return true
    const { stream, reports } = this.#audit
    const index = this.#find(bytes, at, end, user)
    if (index >= 0) {
      if (this.#cursor.index < 0 || index >= this.#cursor.index) {
        this.#cursor.takeEntry(index, nowUs)
        // It has no place in the stream to follow it from.
        if (this.#cursor.isReplaying) this.#cursor.roster?.tell(user, isOnline)
      } else {
        stream.blockOf(index).receivers[stream.placeOf(index)]! += 1
        this.#cursor.roster?.tell(user, isOnline)
      }
      return true
    }
    if (this.#mayLead() && (this.#cursor.index < 0 || !this.#isKnown(user, isOnline))) {
      this.#cursor.lead(bytes, at, end, reports.judge(user, isOnline), nowUs)
      return true
    }
    if (this.#cursor.index < 0 && !this.#cursor.isReplaying) return false
    // What others were told long ago is late, and nothing else.
    const isLate = !isOnline && this.#find(bytes, at, end, user, stream.end) >= 0
    if (!isLate) reports.judgeLone(user, isOnline)
    this.#cursor.roster?.tell(user, isOnline)
    return true
  }

  /** The index of a frame that tells of a user, among its newest ones; -1 when it is none of them. */
  #find(bytes: Buffer, at: number, end: number, user: number, tries = LOOK_BACK): number {
    const { stream } = this.#audit
    let index = stream.newestOf(user)
    for (let left = tries; left > 0 && index >= 0; left--) {
      if (stream.isSame(index, bytes, at, end)) return index
      index = stream.blockOf(index).previous[stream.placeOf(index)]!
    }
    return -1
  }

  /**
   * Whether the stream says so already: then it is the last status of a user, told to a connection
   * that lagged.
   */
  #isKnown(user: number, isOnline: boolean): boolean {
    const { stream } = this.#audit
    const index = stream.newestOf(user)
    if (index < 0) return false
    return (stream.kindOf(index) === ENTRY.online) === isOnline
  }

  /** Whether what it is sent now is what nobody was sent before. */
  #mayLead(): boolean {
    if (this.#cursor.index >= 0) return this.#cursor.index === this.#audit.stream.end
    return !this.#cursor.isReplaying && this.#audit.isImpatient(this.#receiver)
  }
}
