import { MAX_PRESENCE_MEMBERS } from '../../protocol/limits.ts'
import type { LastSeen, LastSeenTimes } from '../conversation.ts'
import { nextTurn } from '../turns.ts'
import type { Dialect } from './dialect.ts'
import { toIso } from './entry-row.ts'
import { query } from './json-rows.ts'
import { type PrismaDatabase, storageErrors, storing } from './prisma-database.ts'

/** Chats of a user through which others are found, and how many one statement looks at. */
const MAX_SHARED_CHATS = 1_000
const SHARED_STEP = 8

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

  async newest(limit: number, sharingWith?: number): Promise<LastSeen[]> {
    if (sharingWith !== undefined)
      return storageErrors(() => this.#newestAround(sharingWith, limit))
    const { lesser, time, parameter } = this.#dialect
    const rows = await storageErrors(() =>
      this.#database.$queryRawUnsafe<Row[]>(
        `SELECT user_id, ${lesser('at', time(2))} AS at
          FROM last_seen ORDER BY last_seen.at DESC LIMIT ${parameter(1)}`,
        limit,
        this.#now(),
      ),
    )
    return rows.map(toLastSeen)
  }

  /** Looks at some of the chats of a user at a time: each brings up to 1,000 users. */
  async #newestAround(userId: number, limit: number): Promise<LastSeen[]> {
    const { lesser, time, parameter, rows } = this.#dialect
    const chats = await this.#database.$queryRawUnsafe<{ id: bigint }[]>(
      `SELECT c.id AS id FROM (SELECT chat_id FROM members WHERE user_id = ${parameter(1)}
          ORDER BY chat_id LIMIT ${MAX_SHARED_CHATS}) AS m
        JOIN chats AS c ON c.id = m.chat_id AND c.member_count <= ${MAX_PRESENCE_MEMBERS}`,
      userId,
    )
    const times = new Map<number, LastSeen>()
    for (let from = 0; from < chats.length; from += SHARED_STEP) {
      if (from > 0) await nextTurn()
      const found = await query<Row>(
        this.#database,
        `SELECT l.user_id AS user_id, ${lesser('l.at', time(2))} AS at FROM last_seen AS l
          WHERE l.user_id IN (SELECT m.user_id FROM ${rows({ id: 'bigint' })}
            JOIN members AS m ON m.chat_id = n.id)
          ORDER BY l.at DESC LIMIT ${parameter(3)}`,
        chats.slice(from, from + SHARED_STEP).map(({ id }) => ({ id: Number(id) })),
        this.#now(),
        limit,
      )
      for (const seen of found.map(toLastSeen)) times.set(seen.userId, seen)
    }
    return [...times.values()].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limit)
  }

  #now(): string {
    return this.#dialect.timestamp(new Date().toISOString())
  }
}

interface Row {
  user_id: bigint
  at: Date | string
}

function toLastSeen({ user_id, at }: Row): LastSeen {
  return { userId: Number(user_id), at: toIso(at) }
}
