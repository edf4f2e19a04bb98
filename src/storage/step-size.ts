import { setTimeout as sleep } from 'node:timers/promises'
import { ChatwsError } from '../protocol/error.ts'

/** What a step may take: a writer waits for it at worst. */
const TARGET_MS = 6

/**
 * Rows whose own time is less than what any step takes, of however many. Where a step takes longer on a
 * machine that does much else, fewer rows would make none shorter, and all of it long.
 */
const FEW_ROWS = 8

/** Time of the processor in which even a few rows are too many. */
const HEAVY_MS = 20

/** Text that is gone through in one step, but for a single row with more. Its time is not seen beforehand. */
const STEP_BYTES = 64 * 1024

/**
 * The pause after a step at least, and as a multiple of what it took: another process that meets SQLite's
 * lock looks for it less and less often, and would miss a short one.
 */
const PAUSE_MS = 15
const PAUSE_FACTOR = 4

/** The pause before a step is tried again that met another's lock. */
const RETRY_MS = 50

export interface StepSizeOptions {
  /** Rows of the first step, and of any at most. */
  readonly first?: number
  readonly max?: number
  /** How long a step is tried again while the database does not answer; not at all unless given. */
  readonly patienceMs?: number
  /** Milliseconds of any clock that only goes forward. */
  readonly now?: () => number
  /** Milliseconds that this process has had of a processor. */
  readonly usedMs?: () => number
}

/**
 * How many rows are changed in one step of something long, beside which others write: as many as took
 * little enough the last time. A step that took too long is followed by a smaller one.
 */
export class StepSize {
  readonly #max: number
  readonly #patienceMs: number
  readonly #now: () => number
  readonly #usedMs: () => number
  #rows: number
  #lastMs = 0

  constructor(options: StepSizeOptions = {}) {
    const { first = FEW_ROWS, max = 500, patienceMs = 0 } = options
    const { now = () => performance.now(), usedMs = processorMs } = options
    this.#rows = first
    this.#max = max
    this.#patienceMs = patienceMs
    this.#usedMs = usedMs
    this.#now = now
  }

  /** The rows of the next step, 1 at least. */
  get rows(): number {
    return this.#rows
  }

  /** How many of these, from the first on, are one step, by what there is of each to go through. */
  fit<Item>(items: readonly Item[], bytesOf: (item: Item) => number): number {
    let count = 0
    for (let bytes = 0; count < Math.min(items.length, this.#rows); count += 1) {
      bytes += bytesOf(items[count]!)
      if (bytes > STEP_BYTES && count > 0) break
    }
    return count
  }

  /**
   * Does one step, of `rows` at most, and learns from what it took. One that may be done again is, where
   * there is patience for it.
   */
  async take<T>(step: (rows: number) => Promise<T>): Promise<T> {
    const giveUpMs = this.#now() + this.#patienceMs
    for (;;) {
      const startMs = this.#now()
      const usedMs = this.#usedMs()
      try {
        const result = await step(this.#rows)
        this.#learn(this.#now() - startMs, this.#usedMs() - usedMs)
        return result
      } catch (error) {
        if (!isPassing(error) || this.#now() >= giveUpMs) throw error
        await sleep(RETRY_MS)
      }
    }
  }

  #learn(tookMs: number, usedMs: number): void {
    this.#lastMs = tookMs
    const isFew = this.#rows <= FEW_ROWS
    if (tookMs > HEAVY_MS && usedMs > HEAVY_MS) this.#rows = Math.max(1, this.#rows >> 1)
    else if (tookMs > TARGET_MS && !isFew) this.#rows = Math.max(FEW_ROWS, this.#rows >> 1)
    else if (tookMs < TARGET_MS / 2 || this.#rows < FEW_ROWS)
      this.#rows = Math.min(this.#max, this.#rows * 2)
  }

  /** Lets others have much more time than the last step took. */
  async rest(): Promise<void> {
    await sleep(Math.max(PAUSE_MS, PAUSE_FACTOR * this.#lastMs))
  }
}

function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Whether the database may answer in a moment: another had its lock, or it is being restarted. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof ChatwsError &&
    (error.code === 'STORAGE_UNAVAILABLE' || error.code === 'COMMIT_UNKNOWN')
  )
}
