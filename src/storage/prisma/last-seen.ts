import type { LastSeen, LastSeenTimes } from '../conversation.ts'
import type { Dialect } from './dialect.ts'
import { toIso } from './entry-row.ts'
import { type PrismaDatabase, storageErrors, storing } from './prisma-database.ts'

/** The times in a database behind Prisma. */
export class PrismaLastSeen implements LastSeenTimes {
  readonly #database: PrismaDatabase
  readonly #dialect: Dialect

  constructor(database: PrismaDatabase, dialect: Dialect) {
    this.#database = database
    this.#dialect = dialect
  }

  async note(times: readonly LastSeen[]): Promise<void> {
    if (times.length === 0) return
    const rows = times.map(({ userId, at }) => ({
      user_id: userId,
      at: this.#dialect.timestamp(at),
    }))
    await storing(() =>
      this.#database.$executeRawUnsafe(
        `INSERT INTO last_seen (user_id, at) SELECT n.user_id, n.at
          FROM ${this.#dialect.rows({ user_id: 'bigint', at: 'timestamp' })} WHERE true
          ON CONFLICT (user_id) DO UPDATE SET at = excluded.at
          WHERE excluded.at > last_seen.at OR last_seen.at > ${this.#dialect.time(2)}`,
        JSON.stringify(rows),
        this.#now(),
      ),
    )
  }

  async newest(limit: number): Promise<LastSeen[]> {
    const rows = await storageErrors(() =>
      this.#database.$queryRawUnsafe<{ user_id: bigint; at: Date | string }[]>(
        `SELECT user_id, ${this.#dialect.lesser('at', this.#dialect.time(2))} AS at
          FROM last_seen ORDER BY last_seen.at DESC LIMIT ${this.#dialect.parameter(1)}`,
        limit,
        this.#now(),
      ),
    )
    return rows.map(({ user_id, at }) => ({ userId: Number(user_id), at: toIso(at) }))
  }

  #now(): string {
    return this.#dialect.timestamp(new Date().toISOString())
  }
}
