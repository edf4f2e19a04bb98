import { StepSize } from './step-size.ts'
import type { UploadRecords } from './upload-records.ts'

/** Entries whose times are read at once. */
const BATCH = 500

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
  /** Asked between two steps; once it says so, the rest is left for another time. */
  readonly isStopped?: () => boolean
}

/** When an entry was stored, and how much text it has. */
export interface StoredTime {
  readonly offset: number
  readonly createdAt: Date
  readonly sizeBytes: number
}

/** What a store has to do so that its log can be pruned. */
export interface PrunableLog {
  readonly uploads: UploadRecords
  /** Up to `limit` entries above an offset, in order. */
  readTimes(offset: number, limit: number): Promise<StoredTime[]>
  /** Deletes the entries up to an offset and what hangs on them, all or nothing. */
  deleteUpTo(offset: number): Promise<void>
}

/**
 * Deletes the oldest part of a log, in bounded transactions, while servers go on. It ends before
 * the first entry that is young enough, so that what is kept has no gaps; offsets are not given
 * out again. An entry of the future was stored while a clock was wrong: it is as old as the next
 * entry whose time can be believed.
 */
export async function pruneLog(
  log: PrunableLog,
  { before, isDryRun, onProgress, isStopped = () => false }: PruneOptions,
): Promise<Pruned> {
  const now = new Date()
  const deletion = new Deletion(log, isStopped)
  let messages = 0
  let lastOffset = 0
  // Entries that were passed over since the last that is old.
  let undated = 0
  for (let position = 0; ; ) {
    const times = await log.readTimes(position, BATCH)
    const firstYoung = times.findIndex(({ createdAt }) => createdAt >= before && createdAt <= now)
    const passed = firstYoung < 0 ? times : times.slice(0, firstYoung)
    const old = passed.findLastIndex(({ createdAt }) => createdAt < before) + 1
    if (old > 0) {
      lastOffset = passed[old - 1]!.offset
      if (!isDryRun && !(await deletion.upTo(lastOffset)))
        return { messages, lastOffset: deletion.position, uploads: undefined }
      messages += undated + old
      undated = 0
      onProgress(messages)
    }
    undated += passed.length - old
    if (passed.length < BATCH) break
    position = passed.at(-1)!.offset
  }
  const usedBefore = new Date(before.getTime() - CLAIM_MS)
  const uploads = isDryRun ? undefined : await log.uploads.release(usedBefore, now)
  return { messages, lastOffset, uploads }
}

/** Deletes entries from the oldest on, in steps for which a server's commit can wait. */
class Deletion {
  readonly #log: PrunableLog
  readonly #steps = new StepSize({ max: BATCH })
  readonly #isStopped: () => boolean
  #position = 0

  constructor(log: PrunableLog, isStopped: () => boolean) {
    this.#log = log
    this.#isStopped = isStopped
  }

  /** Every offset up to this is gone. */
  get position(): number {
    return this.#position
  }

  /** Whether it was not stopped before. */
  async upTo(offset: number): Promise<boolean> {
    while (this.#position < offset) {
      if (this.#isStopped()) return false
      const next = await this.#log.readTimes(this.#position, this.#steps.rows)
      const fitting = this.#steps.fit(next, ({ sizeBytes }) => sizeBytes)
      const end = Math.min(offset, next[fitting - 1]?.offset ?? offset)
      await this.#steps.take(() => this.#log.deleteUpTo(end))
      this.#position = end
      await this.#steps.rest()
    }
    return true
  }
}
