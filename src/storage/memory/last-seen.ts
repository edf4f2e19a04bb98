import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LastSeen, LastSeenTimes } from '../conversation.ts'
import { Foremost } from '../foremost.ts'

/** Times that are looked at before others have a turn. */
const STEP = 5_000

/** The times in memory. */
export class MemoryLastSeen implements LastSeenTimes {
  /** User → ISO 8601. */
  readonly #times = new Map<number, string>()

  async note(times: readonly LastSeen[]): Promise<void> {
    const now = new Date().toISOString()
    for (const { userId, at } of times) {
      const known = this.#times.get(userId) ?? ''
      if (at > known || known > now) this.#times.set(userId, at)
    }
  }

  async newest(limit: number): Promise<LastSeen[]> {
    const now = new Date().toISOString()
    const first = new Foremost<LastSeen>(limit, (a, b) => (a.at < b.at ? 1 : -1))
    let looked = 0
    for (const [userId, at] of this.#times) {
      first.add({ userId, at: at < now ? at : now })
      looked += 1
      if (looked % STEP === 0) await nextTurn()
    }
    return [...first.values]
  }
}
