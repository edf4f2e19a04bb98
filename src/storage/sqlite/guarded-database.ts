import { ChatwsError } from '../../protocol/error.ts'
import type { PrismaDatabase, RawQueries } from '../prisma/prisma-database.ts'
import type { FileGuard } from './file-guard.ts'

/**
 * A database of which nothing is said to be stored unless the file that it is stored in is still in
 * its place afterwards. Throws STORAGE_UNAVAILABLE where it was not before, and COMMIT_UNKNOWN where
 * it went meanwhile.
 */
export class GuardedDatabase implements PrismaDatabase {
  readonly #inner: PrismaDatabase
  readonly #guard: FileGuard
  readonly #release: () => Promise<void>

  /** @param release closes what else of this process has the file open, until it is used again */
  constructor(inner: PrismaDatabase, guard: FileGuard, release: () => Promise<void>) {
    this.#inner = inner
    this.#guard = guard
    this.#release = release
  }

  $queryRawUnsafe<T>(sql: string, ...values: unknown[]): Promise<T> {
    return this.#guarded(() => this.#inner.$queryRawUnsafe<T>(sql, ...values))
  }

  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number> {
    return this.#guarded(() => this.#inner.$executeRawUnsafe(sql, ...values))
  }

  $transaction<T>(
    work: (tx: RawQueries) => Promise<T>,
    options: { maxWait: number; timeout: number },
  ): Promise<T> {
    return this.#guarded(() => this.#inner.$transaction(work, options))
  }

  /** Reads the file by another connection. */
  beside<T>(read: () => Promise<T>): Promise<T> {
    return this.#guarded(read)
  }

  /** Leaves a file that is not in its place as it is: what was put there must not be written to. */
  async $disconnect(): Promise<void> {
    const isThere = this.#guard.problem() === undefined
    this.#guard.close()
    if (isThere) await this.#inner.$disconnect()
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#guard.problem()
    if (before) throw before
    const result = await work()
    const cause = this.#guard.problem()
    if (cause) throw new ChatwsError('COMMIT_UNKNOWN', cause.message, { cause })
    if (this.#guard.hasLostWal()) await this.#mendWal()
    return result
  }

  /**
   * Writes what is in a write-ahead log that was deleted to the database, and begins another one.
   */
  async #mendWal(): Promise<void> {
    try {
      // Only who is alone can end it.
      await this.#release()
      await this.#inner.$queryRawUnsafe('PRAGMA journal_mode = DELETE')
      await this.#inner.$queryRawUnsafe('PRAGMA journal_mode = WAL')
    } catch (cause) {
      const message = 'The write-ahead log was deleted while it was in use'
      throw new ChatwsError('COMMIT_UNKNOWN', message, { cause })
    }
    this.#guard.forgetWal()
  }
}
