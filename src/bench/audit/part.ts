import type { ChatLedger, MemberChange } from './chat-ledger.ts'

/** What connections are told at one time comes to them within this time. */
export const PATIENCE_US = 1e6

/** What one connection was sent of the log, from its greeting on. */
export interface Part {
  readonly user: number
  /** The log's newest offset at the greeting: what came after it is the connection's. */
  readonly since: number
  /** Up to where something can be missing. */
  readonly until: number
  /** Offsets that came, ascending. */
  readonly received: Float64Array
  /** Offsets that came, but not as they were. */
  readonly excused: ReadonlySet<number>
  /** Frames that could not be read: each stands for one that will seem to be missing. */
  readonly unreadable: number
  /** What was sent by a replay: after the first offset, up to the second. */
  readonly replays: readonly (readonly [after: number, until: number])[]
  /** Offset that came while its user was in its chat no more, or not yet → when, in microseconds. */
  readonly suspects: ReadonlyMap<number, number>
  /** The newest offset when it left: what came after `until` was under way. */
  readonly knownOffset: number
}

/** What is wrong with it. */
export interface PartFindings {
  readonly missing: number
  readonly leaked: number
  readonly ambiguous: number
}

/**
 * What of an entry holds for a connection: it must be sent it, it may be (a replay shows what one may
 * read by now), or it must not.
 */
type Claim = 'owed' | 'allowed' | 'forbidden'

/** Judges what a connection was sent by what stands in the log, as far as that was read. */
export function judgePart(part: Part, chats: ChatLedger): PartFindings {
  const { user, since, until, received, excused, unreadable, knownOffset } = part
  let missing = 0
  let ambiguous = 0
  let place = 0
  for (const chat of chats.chatsOf(user)) {
    const rights = new Rights(part, chat, chats)
    const offsets = chats.offsetsOf(chat)
    place = 0
    for (let at = after(offsets, since); at < offsets.length; at++) {
      const offset = offsets[at]!
      if (offset > knownOffset) break
      while (place < received.length && received[place]! < offset) place += 1
      if (received[place] === offset || excused.has(offset)) continue
      if (rights.claimOn(offset) !== 'owed') continue
      if (offset > until) ambiguous += 1
      else missing += 1
    }
  }
  return {
    missing: Math.max(0, missing - unreadable),
    leaked: countLeaked(part, chats),
    ambiguous,
  }
}

function countLeaked(part: Part, chats: ChatLedger): number {
  const rights = new Map<number, Rights>()
  let leaked = 0
  for (const offset of part.received) {
    const chat = chats.chatAt(offset)
    if (chat === undefined || chat < 0) continue
    let known = rights.get(chat)
    if (!known) {
      known = new Rights(part, chat, chats)
      rights.set(chat, known)
    }
    if (known.claimOn(offset) === 'forbidden') leaked += 1
  }
  return leaked
}

/** What one connection may read of one chat. */
class Rights {
  readonly #part: Part
  readonly #changes: readonly MemberChange[]
  readonly #wasMember: boolean

  constructor(part: Part, chat: number, chats: ChatLedger) {
    this.#part = part
    this.#changes = chats.changesOf(chat, part.user)
    this.#wasMember = chats.wasMember(chat, part.user)
  }

  claimOn(offset: number): Claim {
    if (this.#changes.length === 0) return this.#wasMember ? 'owed' : 'forbidden'
    // Who is removed is told of that, and of nothing after it.
    if (this.#changes.some((change) => change.offset === offset)) return 'owed'
    const isLive = this.#isMemberAt(offset)
    const replay = this.#part.replays.find(([from, to]) => offset > from && offset <= to)
    if (!replay && isLive) return 'owed'
    if (!isLive && this.#isJustBefore(offset)) return 'allowed'
    if (!replay) return 'forbidden'
    // A replay shows what may be read when it is made, which is at its end at the latest.
    const isStill = this.#isMemberAt(replay[1])
    const isChanged = this.#changes.some(
      (change) => change.offset > offset && change.offset <= replay[1],
    )
    if (isLive && isStill && !isChanged) return 'owed'
    return isLive || isStill ? 'allowed' : 'forbidden'
  }

  /**
   * Whether an entry came when the user came into the chat, or so little before that nobody can tell:
   * who lags is sent what may be read by then.
   */
  #isJustBefore(offset: number): boolean {
    const cameUs = this.#part.suspects.get(offset)
    const join = this.#changes.find((change) => change.offset > offset && change.isMember)
    return cameUs !== undefined && join !== undefined && join.knownUs < cameUs + PATIENCE_US
  }

  #isMemberAt(offset: number): boolean {
    let isMember = this.#wasMember
    for (const change of this.#changes) {
      if (change.offset > offset) break
      isMember = change.isMember
    }
    return isMember
  }
}

/** The place of the first of ascending offsets that is above another. */
function after(offsets: readonly number[], offset: number): number {
  let from = 0
  let to = offsets.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (offsets[middle]! <= offset) from = middle + 1
    else to = middle
  }
  return from
}
