import { setTimeout as sleep } from 'node:timers/promises'
import { isBusy } from '../sqlite/is-busy.ts'
import type { UploadRecords } from '../upload-records.ts'
import type { PrismaDatabase } from './prisma-database.ts'
import type { PruneStatements } from './prune-statements.ts'

/** Messages deleted in one transaction: few enough that a server's commit can wait for it. */
const BATCH = 500

/** The pause between two transactions, for those who wait meanwhile. */
const PAUSE_MS = 10

/** How often a transaction is tried again that met another's lock, and the pause before it. */
const RETRIES = 50
const RETRY_MS = 50

const TRANSACTION = { maxWait: 10_000, timeout: 30_000 }

/** How much later a message may be stored than the upload that it names was claimed. */
const CLAIM_MS = 60 * 60 * 1000

/** What was deleted, or what would be. */
export interface Pruned {
  readonly messages: number
  /** Every offset up to this is gone; 0 when none is. */
  readonly lastOffset: number
  /** Uploads that no message names any more; unknown when nothing was deleted. */
  readonly uploads: number | undefined
}

export interface PruneOptions {
  /** Messages stored before this are deleted. */
  readonly before: Date
  /** Only counts. */
  readonly isDryRun: boolean
  /** Hears after each batch how many messages that were so far. */
  readonly onProgress: (messages: number) => void
}

/**
 * Deletes the oldest part of the log, in bounded transactions, while servers go on. It ends before
 * the first message that is young enough, so that what is kept has no gaps; offsets are not given
 * out again.
 */
export class LogPruner {
  readonly #database: PrismaDatabase
  readonly #statements: PruneStatements
  readonly #uploads: UploadRecords

  constructor(database: PrismaDatabase, statements: PruneStatements, uploads: UploadRecords) {
    this.#database = database
    this.#statements = statements
    this.#uploads = uploads
  }

  async prune({ before, isDryRun, onProgress }: PruneOptions): Promise<Pruned> {
    let messages = 0
    let lastOffset = 0
    for (;;) {
      const old = await this.#oldAfter(lastOffset, before)
      if (old.length === 0) break
      messages += old.length
      lastOffset = old.at(-1)!
      if (!isDryRun) await this.#deleteUpTo(lastOffset)
      onProgress(messages)
      if (old.length < BATCH) break
      if (!isDryRun) await sleep(PAUSE_MS)
    }
    const usedBefore = new Date(before.getTime() - CLAIM_MS)
    const uploads = isDryRun ? undefined : await this.#uploads.release(usedBefore)
    return { messages, lastOffset, uploads }
  }

  /** The offsets of the next messages above `offset`, up to the first that is young enough. */
  async #oldAfter(offset: number, before: Date): Promise<number[]> {
    const rows = await this.#database.$queryRawUnsafe<
      { offset: bigint; created_at: Date | string }[]
    >(this.#statements.readTimes, offset, BATCH)
    const firstYoung = rows.findIndex((row) => new Date(row.created_at) >= before)
    const old = firstYoung < 0 ? rows : rows.slice(0, firstYoung)
    return old.map((row) => Number(row.offset))
  }

  async #deleteUpTo(offset: number): Promise<void> {
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
