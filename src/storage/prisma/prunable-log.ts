import { ChatwsError } from '../../protocol/error.ts'
import type { PrunableLog } from '../prune-log.ts'
import type { UploadRecords } from '../upload-records.ts'
import type { Dialect } from './dialect.ts'
import { isFull, type PrismaDatabase, untilFree } from './prisma-database.ts'
import type { PruneStatements } from './prune-statements.ts'

/** How long a transaction may wait for others that store something. */
const BUSY_TIMEOUT_MS = 15_000

const TRANSACTION = { maxWait: 10_000, timeout: 30_000 }

/** The log in a database behind Prisma, as it is pruned. */
export class PrismaPrunableLog implements PrunableLog {
  readonly uploads: UploadRecords
  readonly #database: PrismaDatabase
  readonly #dialect: Dialect
  readonly #statements: PruneStatements

  constructor(
    database: PrismaDatabase,
    dialect: Dialect,
    statements: PruneStatements,
    uploads: UploadRecords,
  ) {
    this.#database = database
    this.#dialect = dialect
    this.#statements = statements
    this.uploads = uploads
  }

  async readTimes(offset: number, limit: number) {
    const rows = await this.#database.$queryRawUnsafe<
      { offset: bigint; created_at: Date | string; size: bigint }[]
    >(this.#statements.readTimes, offset, limit)
    return rows.map((row) => ({
      offset: Number(row.offset),
      createdAt: new Date(row.created_at),
      sizeBytes: Number(row.size),
    }))
  }

  async deleteUpTo(offset: number): Promise<void> {
    try {
      await this.#delete(offset)
    } catch (error) {
      if (!isFull(error)) throw error
      await this.#deleteInLittleRoom(offset)
    }
  }

  /** Deleting takes room of its own before it gives any. */
  async #deleteInLittleRoom(offset: number): Promise<void> {
    const { giveBackRoom } = this.#dialect
    try {
      if (giveBackRoom !== undefined) await this.#database.$queryRawUnsafe(giveBackRoom)
      await this.#delete(offset)
    } catch (cause) {
      throw new ChatwsError(
        'STORAGE_UNAVAILABLE',
        'The disk is full, and deleting takes some MB before it gives any: remove something else from it, and prune again',
        { cause },
      )
    }
  }

  #delete(offset: number): Promise<void> {
    const deleteAll = () =>
      this.#database.$transaction(async (tx) => {
        for (const statement of this.#statements.deleteUpTo)
          await tx.$executeRawUnsafe(statement, offset)
      }, TRANSACTION)
    return untilFree(deleteAll, BUSY_TIMEOUT_MS)
  }
}
