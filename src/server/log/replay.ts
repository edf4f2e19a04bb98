import type { FrameFilter } from '../frames/audience.ts'
import type { LogFrames, PageCache } from './page-cache.ts'
import type { Tail } from './tail.ts'

/** A part of the log: the offsets above `after`, up to and including `until`. */
export interface LogRange {
  readonly after: number
  readonly until: number
  /**
   * Makes the frames that end the replay where some of the range was deleted from the store;
   * without it, that is left out.
   */
  readonly whenGone?: () => Buffer[]
}

/** Makes the frames that end a replay; undefined when what they tell has left the tail. */
export type Epilogue = (tail: Tail) => Buffer[] | undefined | Promise<Buffer[]>

/**
 * A cursor over the log by offset: what a connection is sent before it follows the tail. It is
 * read from the tail where that reaches, and before that from pages, if there are any.
 *
 * It ends exactly where the connection's cursor over the tail begins, so that nothing durable is
 * missing or repeated between the two.
 */
export class Replay {
  readonly #until: number
  readonly #pages: PageCache | undefined
  readonly #epilogue: Epilogue
  readonly #whenGone: (() => Buffer[]) | undefined
  #after: number
  /** Read, but not handed out yet. */
  #frames: Buffer[] = []
  /** Whether `wake` will be called. */
  #isReading = false
  #state: 'running' | 'done' | 'lost' = 'running'

  constructor(range: LogRange, pages: PageCache | undefined, epilogue: Epilogue) {
    this.#after = range.after
    this.#until = range.until
    this.#pages = pages
    this.#epilogue = epilogue
    this.#whenGone = range.whenGone
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
  next(
    tail: Tail,
    filter: FrameFilter | undefined,
    wake: (error?: unknown) => void,
  ): Buffer | undefined {
    for (;;) {
      const ready = this.#frames.shift()
      if (ready || this.#isReading || this.#state !== 'running') return ready
      if (this.#after >= this.#until) this.#end(tail, wake)
      else if (this.#after >= tail.sealedOffset) return undefined
      else if (this.#after + 1 < this.#firstIn(tail)) this.#readPage(filter, wake)
      else {
        const { bytes, lastOffset } = tail.readDurable(this.#after, this.#until, filter)
        this.#after = lastOffset
        if (bytes.length > 0) return bytes
      }
    }
  }

  /** Where the tail reaches: what was deleted is read from pages, if there are any, as it is now. */
  #firstIn(tail: Tail): number {
    return this.#pages ? tail.firstCurrentOffset : tail.firstOffset
  }

  #end(tail: Tail, wake: (error?: unknown) => void): void {
    const frames = this.#epilogue(tail)
    if (frames instanceof Promise) {
      this.#await(frames, wake, (read) => this.#finish(read))
      return
    }
    if (frames) this.#finish(frames)
    else this.#state = 'lost'
  }

  #finish(frames: Buffer[]): void {
    this.#state = 'done'
    this.#frames = frames
  }

  #take({ bytes, lastOffset, hasGap }: LogFrames): void {
    if (hasGap && this.#whenGone) {
      this.#finish(this.#whenGone())
      return
    }
    this.#after = lastOffset
    if (bytes.length > 0) this.#frames.push(bytes)
  }

  #readPage(filter: FrameFilter | undefined, wake: (error?: unknown) => void): void {
    if (!this.#pages) {
      this.#state = 'lost'
      return
    }
    const page = this.#pages.readAfter(this.#after, this.#until, filter)
    this.#await(page, wake, (read) => this.#take(read))
  }

  #await<T>(read: Promise<T>, wake: (error?: unknown) => void, use: (value: T) => void): void {
    this.#isReading = true
    read.then(
      (value) => {
        this.#isReading = false
        use(value)
        wake()
      },
      (error: unknown) => wake(error),
    )
  }
}
