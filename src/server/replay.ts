import type { LogFrames, LogPages } from './log-pages.ts'
import type { Tail } from './tail.ts'

/** A part of the log: the offsets above `after`, up to and including `until`. */
export interface LogRange {
  readonly after: number
  readonly until: number
}

/** Makes the frames that end a replay; undefined when what they tell has left the tail. */
export type Epilogue = (tail: Tail) => Buffer[] | undefined

/**
 * A cursor over the log by offset: what a connection is sent before it follows the tail. It is
 * read from the tail where that reaches, and before that from pages, if there are any.
 *
 * It ends exactly where the connection's cursor over the tail begins, so that nothing durable is
 * missing or repeated between the two.
 */
export class Replay {
  readonly #until: number
  readonly #pages: LogPages | undefined
  readonly #epilogue: Epilogue
  readonly #whenGone: (() => Buffer[]) | undefined
  #after: number
  /** Read, but not handed out yet. */
  #frames: Buffer[] = []
  #isReading = false
  #state: 'running' | 'done' | 'lost' = 'running'

  /**
   * @param whenGone makes the frames that end it where some of the range was deleted; without it,
   * that is left out
   */
  constructor(
    range: LogRange,
    pages: LogPages | undefined,
    epilogue: Epilogue,
    whenGone?: () => Buffer[],
  ) {
    this.#after = range.after
    this.#until = range.until
    this.#pages = pages
    this.#epilogue = epilogue
    this.#whenGone = whenGone
  }

  /** Whether all was handed out. */
  get isDone(): boolean {
    return this.#state === 'done' && this.#frames.length === 0
  }

  /** Whether it cannot go on, because what comes next is gone. */
  get isLost(): boolean {
    return this.#state === 'lost'
  }

  /**
   * The next bytes to send, or undefined when there are none for now. In that case `wake` is
   * called once more was read from the pages, with the error if that failed; what is not sealed
   * yet comes with the next flush.
   */
  next(tail: Tail, wake: (error?: unknown) => void): Buffer | undefined {
    const ready = this.#frames.shift()
    if (ready || this.#isReading || this.#state !== 'running') return ready
    if (this.#after >= this.#until) return this.#end(tail)
    if (this.#after >= tail.sealedOffset) return undefined
    if (this.#after + 1 < tail.firstOffset) {
      this.#readPage(wake)
      return undefined
    }
    const { bytes, lastOffset } = tail.readDurable(this.#after, this.#until)
    this.#after = lastOffset
    return bytes
  }

  #end(tail: Tail): Buffer | undefined {
    const frames = this.#epilogue(tail)
    this.#state = frames ? 'done' : 'lost'
    this.#frames = frames ?? []
    return this.#frames.shift()
  }

  #take({ bytes, lastOffset, hasGap }: LogFrames): void {
    if (hasGap && this.#whenGone) {
      this.#frames = this.#whenGone()
      this.#state = 'done'
      return
    }
    this.#after = lastOffset
    if (bytes.length > 0) this.#frames.push(bytes)
  }

  #readPage(wake: (error?: unknown) => void): void {
    if (!this.#pages) {
      this.#state = 'lost'
      return
    }
    this.#isReading = true
    this.#pages.readAfter(this.#after, this.#until).then(
      (read) => {
        this.#isReading = false
        this.#take(read)
        wake()
      },
      (error: unknown) => wake(error),
    )
  }
}
