import type { LastSeen, LastSeenTimes } from '../conversation.ts'
import { Foremost } from '../foremost.ts'
import { nextTurn } from '../turns.ts'

/** Times that are looked at before others have a turn. */
const STEP = 5_000

/** Those who share a chat with a user in which it is told who is here. */
type SeenBy = (userId: number) => ReadonlySet<number>

/** The times in memory. */
export class MemoryLastSeen implements LastSeenTimes {
  /** User → ISO 8601. */
  readonly #times = new Map<number, string>()

  readonly #seenBy: SeenBy

  constructor(seenBy: SeenBy) {
    this.#seenBy = seenBy
  }

  async note(times: readonly LastSeen[]): Promise<void> {
    const now = new Date().toISOString()
    for (const { userId, at } of times) {
      const known = this.#times.get(userId) ?? ''
      if (at > known || known > now) this.#times.set(userId, at)
    }
  }

  async newest(limit: number, sharingWith?: number): Promise<LastSeen[]> {
    const now = new Date().toISOString()
    const seen = sharingWith === undefined ? undefined : this.#seenBy(sharingWith)
    const first = new Foremost<LastSeen>(limit, (a, b) => (a.at < b.at ? 1 : -1))
    let looked = 0
    for (const [userId, at] of this.#times) {
      if (!seen || seen.has(userId)) first.add({ userId, at: at < now ? at : now })
      looked += 1
      if (looked % STEP === 0) await nextTurn()
    }
    return [...first.values]
  }
}
