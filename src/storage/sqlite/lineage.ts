import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { HistoryPoint, Lineage } from '../prisma/lineage.ts'

/** How often the position is written while the log grows. */
const WRITE_INTERVAL_MS = 1_000

/**
 * The lineage of an SQLite file, in a small file beside it. Without that file only an empty
 * database is continued: a copy that was brought from elsewhere has none.
 */
export class SqliteLineage implements Lineage {
  readonly #file: string
  #position: HistoryPoint | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param file where the position is kept */
  constructor(file: string) {
    this.#file = file
  }

  async isContinued(position: HistoryPoint): Promise<boolean> {
    const noted = await this.#read()
    if (!noted) return position.offset === 0
    return noted.epoch === position.epoch && noted.offset <= position.offset
  }

  async note(position: HistoryPoint): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const draft = `${this.#file}.${randomUUID()}`
    try {
      await writeFile(draft, JSON.stringify(position), { mode: 0o600 })
      await rename(draft, this.#file)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  advance(position: HistoryPoint): void {
    // A batch may end with a repeat of something older.
    if (position.offset <= (this.#position?.offset ?? 0)) return
    this.#position = position
    this.#timer ??= setTimeout(() => {
      // A position that is not written is a lesser safeguard, not a failure of the log.
      this.note(this.#position!).catch(() => {})
    }, WRITE_INTERVAL_MS).unref()
  }

  async #read(): Promise<HistoryPoint | undefined> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8'))
    } catch {
      return undefined
    }
  }
}
