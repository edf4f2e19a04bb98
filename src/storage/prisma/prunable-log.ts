import { setTimeout as sleep } from 'node:timers/promises'
import type { PrunableLog } from '../prune-log.ts'
import type { UploadRecords } from '../upload-records.ts'
import type { PrismaDatabase } from './prisma-database.ts'
import { isBusy } from './prisma-database.ts'
import type { PruneStatements } from './prune-statements.ts'

/** How often a transaction is tried again that met another's lock, and the pause before it. */
const RETRIES = 50
const RETRY_MS = 50

const TRANSACTION = { maxWait: 10_000, timeout: 30_000 }

/** The log in a database behind Prisma, as it is pruned. */
export class PrismaPrunableLog implements PrunableLog {
  readonly uploads: UploadRecords
  readonly #database: PrismaDatabase
  readonly #statements: PruneStatements

  constructor(database: PrismaDatabase, statements: PruneStatements, uploads: UploadRecords) {
    this.#database = database
    this.#statements = statements
    this.uploads = uploads
  }

  async readTimes(offset: number, limit: number) {
    const rows = await this.#database.$queryRawUnsafe<
      { offset: bigint; created_at: Date | string }[]
    >(this.#statements.readTimes, offset, limit)
    return rows.map((row) => ({
      offset: Number(row.offset),
      createdAt: new Date(row.created_at),
    }))
  }

  async deleteUpTo(offset: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#database.$transaction(async (tx) => {
          for (const statement of this.#statements.deleteUpTo)
            await tx.$executeRawUnsafe(statement, offset)
        }, TRANSACTION)
        return
      } catch (error) {
        if (!isBusy(error) || attempt > RETRIES) throw error
        await sleep(RETRY_MS)
      }
    }
  }
}
