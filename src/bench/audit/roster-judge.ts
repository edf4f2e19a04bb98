import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Audit } from './audit.ts'
import { ENTRY } from './block.ts'
import type { Receiver } from './receiver.ts'
import type { OnlineList, Roster } from './roster.ts'

/** Users that are looked at in a row before sockets have their turn: some milliseconds. */
const SLICE = 4_000_000

/** (Connection, user) pairs in which rosters do not agree with who is here. */
export interface RosterDifferences {
  readonly notSeenOnline: number
  readonly notSeenOffline: number
}

/** What is judged of a connection. */
export interface Judged {
  readonly state: string
  readonly user: number
  readonly receiver: Pick<Receiver, 'roster' | 'cursor'>
}

/**
 * Where the rosters of open connections do not agree with who is here. Thousands of connections know
 * of thousands of users each, so what the stream says of a user is looked up once for all, and the
 * loop goes on meanwhile. @param leftSinceUs only users that left since then are judged; 0: all
 */
export async function judgeRosters(
  connections: Iterable<Judged>,
  audit: Audit,
  leftSinceUs: number,
): Promise<RosterDifferences> {
  const truth = new Truth(audit, leftSinceUs)
  let notSeenOnline = 0
  let notSeenOffline = 0
  let looked = 0
  for (const { state, user: own, receiver } of connections) {
    const { roster, cursor } = receiver
    if (state !== 'open' || !roster) continue
    // Of itself a user is told in the greeting only; what others are told is not for it.
    if (leftSinceUs === 0 && roster.list.isOnline[own] !== 1) notSeenOnline += 1
    const wrong = truth.differencesOf(roster, cursor)
    const ownWrong = truth.isWrong(own, roster, cursor) ? 1 : 0
    notSeenOnline += wrong.notSeenOnline - (truth.isHere[own] === 1 ? ownWrong : 0)
    notSeenOffline += wrong.notSeenOffline - (truth.isHere[own] === 1 ? 0 : ownWrong)
    looked += truth.users.length
    if (looked < SLICE) continue
    looked = 0
    await nextTurn()
  }
  return { notSeenOnline, notSeenOffline }
}

/** Who is here, and what the stream says of each, at one moment. */
class Truth {
  /** The users that are judged. */
  readonly users: Int32Array
  readonly isHere: Uint8Array
  readonly #audit: Audit
  readonly #end: number
  /** User → index of the newest that the stream says of it, and whether that is that it came. */
  readonly #newest: Int32Array
  readonly #isOnline: Uint8Array
  readonly #isJudged: Uint8Array
  /** OnlineList → where its receivers began in the stream → in how many users they are wrong. */
  readonly #known = new Map<OnlineList, Map<number, RosterDifferences>>()

  constructor(audit: Audit, leftSinceUs: number) {
    const { population, users, stream } = audit
    this.#audit = audit
    this.#end = stream.end
    const all = Array.from({ length: population.size }, (_, user) => user)
    this.users = Int32Array.from(
      all.filter(
        (user) =>
          users.isKnown(user) &&
          !users.isComing(user) &&
          (leftSinceUs === 0 || (!users.isHere(user) && users.leaveUs(user) >= leftSinceUs)),
      ),
    )
    this.#isJudged = new Uint8Array(population.size)
    for (const user of this.users) this.#isJudged[user] = 1
    this.isHere = Uint8Array.from(all, (user) => (users.isHere(user) ? 1 : 0))
    this.#newest = Int32Array.from(all, (user) => stream.newestOf(user))
    this.#isOnline = Uint8Array.from(this.#newest, (index) =>
      index >= 0 && stream.kindOf(index) === ENTRY.online ? 1 : 0,
    )
  }

  /** In how many users a roster is wrong. */
  differencesOf(roster: Roster, cursor: number): RosterDifferences {
    if (!this.#hasFollowed(roster, cursor)) return this.#compare(roster, cursor)
    const { list, since } = roster
    const known = this.#known.get(list) ?? new Map<number, RosterDifferences>()
    this.#known.set(list, known)
    const differences = known.get(since) ?? this.#compare(roster, cursor)
    known.set(since, differences)
    return differences
  }

  /** Whether a user is judged, and a roster is wrong of it. */
  isWrong(user: number, roster: Roster, cursor: number): boolean {
    if (this.#isJudged[user] === 0) return false
    return this.#isSeen(user, roster, cursor) !== this.isHere[user]
  }

  #compare(roster: Roster, cursor: number): RosterDifferences {
    let notSeenOnline = 0
    let notSeenOffline = 0
    for (const user of this.users) {
      if (this.#isSeen(user, roster, cursor) === this.isHere[user]) continue
      if (this.isHere[user] === 1) notSeenOnline += 1
      else notSeenOffline += 1
    }
    return { notSeenOnline, notSeenOffline }
  }

  /** Whether a roster holds a user online: 1 or 0. */
  #isSeen(user: number, roster: Roster, cursor: number): number {
    if (!this.#hasFollowed(roster, cursor))
      return roster.isOnline(user, this.#audit.stream, cursor) ? 1 : 0
    const isToldOf = this.#newest[user]! >= roster.since
    return isToldOf ? this.#isOnline[user]! : roster.list.isOnline[user]!
  }

  /** Whether a roster is what its greeting said, and all that the stream says since. */
  #hasFollowed(roster: Roster, cursor: number): boolean {
    return roster.isPlain && cursor >= this.#end
  }
}
