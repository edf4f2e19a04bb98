import type { Audit } from './audit.ts'
import { ENTRY } from './block.ts'
import type { Place } from './place.ts'

/** Presence entries of one user that are compared with a frame. */
const LOOK_BACK = 4

/** Judges what one connection is told of users that come and go. */
export class PresenceJudge {
  readonly #audit: Audit
  readonly #place: Place

  constructor(audit: Audit, place: Place) {
    this.#audit = audit
    this.#place = place
  }

  /** Judges that a user came or went, which is not what comes next in the stream. */
  judge(
    bytes: Buffer,
    { at, end }: { at: number; end: number },
    { user, isOnline }: { user: number; isOnline: boolean },
  ): 'taken' | 'later' | { index: number; isAside: false } {
    if (user < 0) return 'taken'
    const { stream, reports } = this.#audit
    const place = this.#place
    const index = this.#find(bytes, at, end, user)
    if (index >= 0) {
      if (place.index < 0 || index >= place.index) return { index, isAside: false }
      stream.blockOf(index).receivers[stream.placeOf(index)]! += 1
      place.roster?.tell(user, isOnline)
      return 'taken'
    }
    if (this.#mayLead() && (place.index < 0 || !this.#isKnown(user, isOnline))) {
      const entry = reports.judge(user, isOnline)
      return { index: stream.append(bytes, at, end, entry), isAside: false }
    }
    if (place.index < 0 && !place.isReplaying) return 'later'
    // What others were told long ago is late, and nothing else.
    const isLate = !isOnline && this.#find(bytes, at, end, user, stream.end) >= 0
    if (!isLate) reports.judgeLone(user, isOnline)
    place.roster?.tell(user, isOnline)
    return 'taken'
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
    const { index, isReplaying, hasWaited } = this.#place
    if (index >= 0) return index === this.#audit.stream.end
    return !isReplaying && (this.#audit.placed === 0 || hasWaited)
  }
}
