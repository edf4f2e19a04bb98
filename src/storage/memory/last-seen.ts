import type { LastSeen, LastSeenTimes } from '../conversation.ts'

/** The times in memory. */
export class MemoryLastSeen implements LastSeenTimes {
  /** User → ISO 8601. */
  readonly #times = new Map<number, string>()

  async note(times: readonly LastSeen[]): Promise<void> {
    for (const { userId, at } of times)
      if (at > (this.#times.get(userId) ?? '')) this.#times.set(userId, at)
  }

  async newest(limit: number): Promise<LastSeen[]> {
    return [...this.#times]
      .map(([userId, at]) => ({ userId, at }))
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, limit)
  }
}
