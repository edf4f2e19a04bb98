import { ChatwsError } from '../protocol/error.ts'

interface Waiting<Frame, Answer> {
  readonly frame: Frame
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  /** Lets go of the abort signal. */
  readonly release: () => void
}

/**
 * The frames that were sent, or wait to be, and have no answer yet, in the order of sending. A
 * frame and its answer have the same `client_id`. Knows nothing of sockets.
 */
export class Unanswered<Frame extends { client_id: string }, Answer> {
  /** client_id → the frame */
  readonly #waiting = new Map<string, Waiting<Frame, Answer>>()

  get size(): number {
    return this.#waiting.size
  }

  /** The frames without an answer, oldest first. */
  frames(): Frame[] {
    return Array.from(this.#waiting.values(), ({ frame }) => frame)
  }

  find(clientId: string): Frame | undefined {
    return this.#waiting.get(clientId)?.frame
  }

  /**
   * Resolves with the answer; rejects when the frame is refused, given up, or `signal` aborts.
   * Throws USAGE when a frame of the same name is waiting already.
   */
  add(frame: Frame, signal?: AbortSignal): Promise<Answer> {
    const { client_id } = frame
    if (this.#waiting.has(client_id))
      throw new ChatwsError('USAGE', `client_id ${client_id} is already being sent`)
    return new Promise((resolve, reject) => {
      const onAbort = () => this.reject(client_id, signal?.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      const release = () => signal?.removeEventListener('abort', onAbort)
      this.#waiting.set(client_id, { frame, resolve, reject, release })
    })
  }

  /** The answer to a frame has come; one to an unknown frame is ignored. */
  settle(clientId: string, answer: Answer): void {
    this.#take(clientId)?.resolve(answer)
  }

  /** A frame will not be answered any more; unknown ones are ignored. */
  reject(clientId: string, error: unknown): void {
    this.#take(clientId)?.reject(error)
  }

  /** No frame will be answered any more. */
  rejectAll(error: unknown): void {
    for (const clientId of [...this.#waiting.keys()]) this.reject(clientId, error)
  }

  #take(clientId: string): Waiting<Frame, Answer> | undefined {
    const waiting = this.#waiting.get(clientId)
    this.#waiting.delete(clientId)
    waiting?.release()
    return waiting
  }
}
