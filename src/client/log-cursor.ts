import type { ConnectionEstablished } from '../protocol/server-frames.ts'

/** A place in a server's log. */
export interface LogPosition {
  /** Names the history that the offset counts in. */
  readonly epoch: string
  readonly offset: number
}

/**
 * How far a client has come in the server's log. It only moves forward within one history, so that
 * each durable event counts as new once.
 */
export class LogCursor {
  readonly #history: number
  #position: LogPosition | undefined
  /** Whether the newest messages were asked for and nothing of the log has come yet. */
  #isAtStart: boolean
  /** The last that was told to the user's own connections. */
  #ownOffset = 0

  /** @param history how many of the newest messages a client without a position asks for */
  constructor(resumeFrom: LogPosition | undefined, history: number) {
    this.#position = resumeFrom
    this.#history = history
    this.#isAtStart = resumeFrom === undefined && history > 0
  }

  get position(): LogPosition | undefined {
    return this.#position
  }

  /** What a connection asks for at its start: to resume, or the newest messages. */
  startQuery(): string {
    if (this.#isAtStart) return `&history=${this.#history}`
    if (!this.#position) return ''
    const { epoch, offset } = this.#position
    return `&since=${offset}&epoch=${encodeURIComponent(epoch)}`
  }

  /** A connection was greeted; false when its history is another one than before. */
  greeted({ epoch, offset }: ConnectionEstablished): boolean {
    const isSame = this.#position === undefined || this.#position.epoch === epoch
    if (this.#position === undefined || this.#isAtStart) this.#position = { epoch, offset }
    if (offset === 0) this.#isAtStart = false
    if (!isSame) this.#ownOffset = 0
    return isSame
  }

  /** Takes note of a durable event; false when it was seen already. */
  advance(offset: number): boolean {
    if (!this.#position) return false
    // The newest messages are all older than the greeting.
    if (offset <= this.#position.offset && !this.#isAtStart) return false
    this.#isAtStart = false
    this.#position = { epoch: this.#position.epoch, offset }
    return true
  }

  /**
   * The same of one that is told to the user's own connections. Those come in their own order, beside
   * that of the others, and so tell nothing of how far that has come.
   */
  advanceOwn(offset: number): boolean {
    if (offset <= this.#ownOffset) return false
    this.#ownOffset = offset
    return true
  }

  /** Everything up to an offset was sent. */
  reached(offset: number): void {
    if (this.#position && offset > this.#position.offset)
      this.#position = { epoch: this.#position.epoch, offset }
  }

  /** Goes on from a place in another history. */
  restart(position: LogPosition): void {
    this.#position = position
  }
}
