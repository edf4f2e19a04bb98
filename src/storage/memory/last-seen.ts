import type { LastSeen, LastSeenTimes } from '../conversation.ts'

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
    return [...this.#times]
      .map(([userId, at]) => ({ userId, at: at < now ? at : now }))
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, limit)
  }
}
