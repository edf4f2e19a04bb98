import { isUploadName } from '../../protocol/upload-name.ts'
import type { UploadRecords } from '../../storage/upload-records.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import type { UploadFolder } from './upload-folder.ts'

/** How long a file waits for a message that names it. */
const GRACE_MS = 24 * 60 * 60 * 1000

const INTERVAL_MS = 60 * 60 * 1000

/** Files that are looked up in the database at once. */
const PAGE = 200

/**
 * Deletes uploaded files that no message names a day after they came or their message was deleted,
 * and what a crash left.
 */
export class OrphanCollector {
  readonly #folder: UploadFolder
  readonly #records: UploadRecords
  readonly #serverLog: ServerLog
  #timer: NodeJS.Timeout | undefined

  constructor(folder: UploadFolder, records: UploadRecords, serverLog: ServerLog) {
    this.#folder = folder
    this.#records = records
    this.#serverLog = serverLog
  }

  /** Collects every hour, for the first time in an hour. */
  start(): void {
    this.#timer = setInterval(() => {
      this.collect(new Date()).catch((error) =>
        this.#serverLog.failure('Uploads that nobody uses could not be collected', error),
      )
    }, INTERVAL_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Deletes what is an orphan at `now`; returns how many files that were. */
  async collect(now: Date): Promise<number> {
    const before = new Date(now.getTime() - GRACE_MS)
    return (await this.#collectUnused(before, now)) + (await this.#collectUnknown(before))
  }

  async #collectUnused(before: Date, now: Date): Promise<number> {
    let count = 0
    for (;;) {
      const names = await this.#records.findUnused(before, PAGE)
      for (const name of names) {
        // Another message of its owner may name it: the one deleted was not the only one.
        if (await this.#records.keepNamed(name, now)) continue
        // A message may name it at this very moment: the database decides.
        if (!(await this.#records.removeUnused(name))) continue
        await this.#folder.remove(name)
        count += 1
      }
      if (names.length < PAGE) return count
    }
  }

  /** Files without a record: of an upload that never ended, or whose record was not written. */
  async #collectUnknown(before: Date): Promise<number> {
    let count = 0
    let page: string[] = []
    const flush = async () => {
      const known = new Set(await this.#records.findKnown(page))
      for (const name of page.filter((one) => !known.has(one))) {
        await this.#folder.remove(name)
        count += 1
      }
      page = []
    }
    for await (const name of this.#folder.filesBefore(before)) {
      // Whatever else lies in the folder was not put there by a server.
      if (!isUploadName(name)) continue
      page.push(name)
      if (page.length === PAGE) await flush()
    }
    await flush()
    return count
  }
}
