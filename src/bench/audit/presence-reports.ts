import { ENTRY, type NewEntry } from './block.ts'
import type { KnownStream } from './known-stream.ts'
import type { UserLedger } from './user-ledger.ts'

/** A report that a user was offline, which does not seem to have left. */
interface Suspect {
  /** Index in the stream; -1 for what one connection alone was told. */
  readonly index: number
  /** Index of the report that it is online again; undefined before that. */
  backIndex?: number
}

/**
 * What was told of users coming and going, held against who really did. A report that comes before
 * the end of the user's own connection was noticed here is only suspect, until `confirm`.
 */
export class PresenceReports {
  /** Reports to connections that a user had left that had not, as far as they are confirmed. */
  falseOfflines = 0
  /** How many of those were followed by one that it is online. */
  flaps = 0
  readonly #users: UserLedger
  readonly #stream: KnownStream
  /** User → how often the stream says that it left, but for what was found to be false. */
  readonly #offlines: Int32Array
  /** User → what is suspect. */
  readonly #suspects = new Map<number, Suspect[]>()

  constructor(users: UserLedger, stream: KnownStream, userCount: number) {
    this.#users = users
    this.#stream = stream
    this.#offlines = new Int32Array(userCount)
  }

  /** Takes note of a report that nobody had before: it will be the next entry of the stream. */
  judge(user: number, isOnline: boolean): NewEntry {
    const kind = isOnline ? ENTRY.online : ENTRY.offline
    // Users of another machine come and go without this one knowing.
    if (!this.#users.isKnown(user)) return { kind, user }
    const index = this.#stream.end
    if (isOnline) {
      this.#noteReturn(user, index)
      return { kind, user, dueUs: this.#users.joinUs(user) }
    }
    this.#offlines[user]! += 1
    if (this.#offlines[user]! > this.#users.leavesOf(user)) this.#suspect(user, index)
    return { kind, user, dueUs: this.#users.leaveUs(user) }
  }

  /** Takes note of what one connection alone was told, and is not in the stream. */
  judgeLone(user: number, isOnline: boolean): void {
    if (!this.#users.isKnown(user)) return
    if (isOnline) this.#noteReturn(user, -1)
    else if (this.#offlines[user]! + 1 > this.#users.leavesOf(user)) this.#suspect(user, -1)
  }

  /** Decides about what is suspect, once every leave so far was noticed. */
  confirm(): void {
    for (const [user, suspects] of this.#suspects)
      for (const suspect of suspects) this.#decide(user, suspect)
    this.#suspects.clear()
  }

  #decide(user: number, { index, backIndex }: Suspect): void {
    const isLone = index < 0
    const offlines = this.#offlines[user]! + (isLone ? 1 : 0)
    if (offlines <= this.#users.leavesOf(user)) return
    if (!isLone) this.#offlines[user]! -= 1
    const receivers = this.#receiversOf(index)
    this.falseOfflines += receivers
    if (backIndex !== undefined) this.flaps += Math.min(receivers, this.#receiversOf(backIndex))
  }

  #suspect(user: number, index: number): void {
    const suspects = this.#suspects.get(user)
    if (suspects) suspects.push({ index })
    else this.#suspects.set(user, [{ index }])
  }

  #noteReturn(user: number, backIndex: number): void {
    const suspect = this.#suspects
      .get(user)
      ?.find((one) => one.index < 0 === backIndex < 0 && one.backIndex === undefined)
    if (suspect) suspect.backIndex = backIndex
  }

  #receiversOf(index: number): number {
    if (index < 0) return 1
    return this.#stream.blockOf(index).receivers[this.#stream.placeOf(index)]!
  }
}
