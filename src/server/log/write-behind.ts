import { setImmediate as nextTurn } from 'node:timers/promises'

/** Values written at once: few enough that what follows from them, too, is done in a few milliseconds. */
const MAX_BATCH = 250

/** Values that may wait; beyond that, the oldest are given up. A larger map takes too long to grow. */
const MAX_WAITING = 50_000

/** The share of the time that is spent on writing, at most, is one part in this many. */
const SHARE = 4

const RETRY_MS = 1_000

export interface WriteBehindOptions<Value> {
  /** Stores values, or throws and stores none. */
  readonly write: (values: readonly Value[]) => Promise<void>
  /** What is left of two values of one key. */
  readonly merge: (older: Value, newer: Value) => Value
  readonly onFailure: (error: unknown) => void
}

/**
 * Keeps the newest value of each key and writes them in batches: the next one gathers while the
 * last is written, so that many changes of one key cost one write. What cannot be written is tried
 * again.
 */
export class WriteBehind<Value> {
  readonly #options: WriteBehindOptions<Value>
  #waiting = new Map<string, Value>()
  /** Goes on at the oldest: from the start, it would pass over all that was taken before. */
  #oldest = this.#waiting.entries()
  #isRunning = false
  /** When the next batch may be written. */
  #notBeforeMs = 0
  /** Ends the pause before the next batch. */
  #hurry = () => {}
  /** Those that wait for what was put to be written. */
  #flushes: (() => void)[] = []

  constructor(options: WriteBehindOptions<Value>) {
    this.#options = options
  }

  put(key: string, value: Value): void {
    const older = this.#waiting.get(key)
    this.#waiting.set(key, older === undefined ? value : this.#options.merge(older, value))
    if (this.#waiting.size > MAX_WAITING) this.#takeOldest()
    if (!this.#isRunning) void this.#run()
  }

  /** Resolves when everything put so far was written, or when writing has failed. */
  async flush(): Promise<void> {
    if (!this.#isRunning) return
    const flushed = new Promise<void>((resolve) => this.#flushes.push(resolve))
    this.#hurry()
    await flushed
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#waiting.size > 0) {
      const pauseMs = this.#flushes.length > 0 ? 0 : this.#notBeforeMs - performance.now()
      if (pauseMs > 0) await this.#pause(pauseMs)
      else await nextTurn()
      const startMs = performance.now()
      const isWritten = await this.#writeBatch()
      if (!isWritten) this.#endFlushes()
      const endMs = performance.now()
      this.#notBeforeMs = endMs + (isWritten ? (SHARE - 1) * (endMs - startMs) : RETRY_MS)
    }
    this.#isRunning = false
    this.#endFlushes()
  }

  #endFlushes(): void {
    for (const resolve of this.#flushes.splice(0)) resolve()
  }

  /** Writes some values; those that could not be written wait again, under what came meanwhile. */
  async #writeBatch(): Promise<boolean> {
    const size = Math.min(MAX_BATCH, this.#waiting.size)
    const batch = Array.from({ length: size }, () => this.#takeOldest())
    try {
      await this.#options.write(batch.map(([, value]) => value))
      return true
    } catch (error) {
      this.#options.onFailure(error)
      const newer = this.#waiting
      this.#waiting = new Map(batch)
      this.#oldest = this.#waiting.entries()
      for (const [key, value] of newer) this.put(key, value)
      return false
    }
  }

  #takeOldest(): [string, Value] {
    let next = this.#oldest.next()
    if (next.done) {
      this.#oldest = this.#waiting.entries()
      next = this.#oldest.next()
    }
    const oldest = next.value as [string, Value]
    this.#waiting.delete(oldest[0])
    return oldest
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      // What is not written holds no process: whoever ends it flushes first.
      const timer = setTimeout(resolve, delayMs).unref()
      this.#hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
