import { setTimeout as sleep } from 'node:timers/promises'

/** What a step may take: a writer waits for it at worst, and 20 ms is what that may cost. */
const TARGET_MS = 6

/**
 * The pause after a step at least, and as a multiple of what it took: another process that meets SQLite's
 * lock looks for it less and less often, and would miss a short one.
 */
const PAUSE_MS = 15
const PAUSE_FACTOR = 4

export interface StepSizeOptions {
  /** Rows of the first step, and of any at most. */
  readonly first?: number
  readonly max?: number
  /** Milliseconds of any clock that only goes forward. */
  readonly now?: () => number
}

/**
 * How many rows are changed in one step of something long, beside which others write: as many as took
 * little enough the last time. A step that took too long is followed by a smaller one.
 */
export class StepSize {
  readonly #max: number
  readonly #now: () => number
  #rows: number
  #lastMs = 0

  constructor({ first = 8, max = 500, now = () => performance.now() }: StepSizeOptions = {}) {
    this.#rows = first
    this.#max = max
    this.#now = now
  }

  /** The rows of the next step, 1 at least. */
  get rows(): number {
    return this.#rows
  }

  /** Does one step, of `rows` at most, and learns from what it took. */
  async take<T>(step: (rows: number) => Promise<T>): Promise<T> {
    const startMs = this.#now()
    const result = await step(this.#rows)
    this.#lastMs = this.#now() - startMs
    if (this.#lastMs > TARGET_MS) this.#rows = Math.max(1, this.#rows >> 1)
    else if (this.#lastMs < TARGET_MS / 2) this.#rows = Math.min(this.#max, this.#rows * 2)
    return result
  }

  /** Lets others have much more time than the last step took. */
  async rest(): Promise<void> {
    await sleep(Math.max(PAUSE_MS, PAUSE_FACTOR * this.#lastMs))
  }
}
