import { setTimeout as sleep } from 'node:timers/promises'
import type { UploadRecords } from './upload-records.ts'

/** Entries deleted in one transaction: few enough that a server's commit can wait for it. */
const BATCH = 500

/** The pause between two transactions, for those who wait meanwhile. */
const PAUSE_MS = 10

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

/** What a store has to do so that its log can be pruned. */
export interface PrunableLog {
  readonly uploads: UploadRecords
  /** Offset and time of up to `limit` entries above an offset, in order. */
  readTimes(offset: number, limit: number): Promise<{ offset: number; createdAt: Date }[]>
  /** Deletes the entries up to an offset and what hangs on them, all or nothing. */
  deleteUpTo(offset: number): Promise<void>
}

/**
 * Deletes the oldest part of a log, in bounded transactions, while servers go on. It ends before
 * the first entry that is young enough, so that what is kept has no gaps; offsets are not given
 * out again.
 */
export async function pruneLog(
  log: PrunableLog,
  { before, isDryRun, onProgress }: PruneOptions,
): Promise<Pruned> {
  let messages = 0
  let lastOffset = 0
  for (;;) {
    const times = await log.readTimes(lastOffset, BATCH)
    const firstYoung = times.findIndex(({ createdAt }) => createdAt >= before)
    const old = firstYoung < 0 ? times : times.slice(0, firstYoung)
    if (old.length === 0) break
    messages += old.length
    lastOffset = old.at(-1)!.offset
    if (!isDryRun) await log.deleteUpTo(lastOffset)
    onProgress(messages)
    if (old.length < BATCH) break
    if (!isDryRun) await sleep(PAUSE_MS)
  }
  const usedBefore = new Date(before.getTime() - CLAIM_MS)
  const uploads = isDryRun ? undefined : await log.uploads.release(usedBefore)
  return { messages, lastOffset, uploads }
}
