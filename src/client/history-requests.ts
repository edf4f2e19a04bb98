import type { HistoryRequest } from '../protocol/client-frames.ts'
import type { History } from '../protocol/server-frames.ts'

interface PendingRequest {
  readonly frame: HistoryRequest
  readonly resolve: (page: History) => void
  readonly reject: (error: unknown) => void
}

/**
 * The pages that were asked for and have not come yet. A page is told by its chat and the id it
 * ends before; of two alike the first one asked for is answered first. Knows nothing of sockets.
 */
export class HistoryRequests {
  readonly #pending = new Set<PendingRequest>()

  /** The unanswered requests, oldest first. */
  frames(): HistoryRequest[] {
    return Array.from(this.#pending, ({ frame }) => frame)
  }

  /** Resolves with the page; rejects when `signal` aborts. */
  add(frame: HistoryRequest, signal: AbortSignal): Promise<History> {
    return new Promise((resolve, reject) => {
      const request = { frame, resolve, reject }
      signal.throwIfAborted()
      signal.addEventListener('abort', () => {
        if (this.#pending.delete(request)) reject(signal.reason)
      })
      this.#pending.add(request)
    })
  }

  /** A page has come; one that nobody asked for is ignored. */
  settle(page: History): void {
    for (const request of this.#pending) {
      if (keyOf(request.frame) !== keyOf(page)) continue
      this.#pending.delete(request)
      request.resolve(page)
      return
    }
  }

  rejectAll(error: unknown): void {
    for (const { reject } of this.#pending) reject(error)
    this.#pending.clear()
  }
}

function keyOf(frame: HistoryRequest | History): string {
  const chat = 'chat_id' in frame ? `chat ${frame.chat_id}` : `support ${frame.support_chat_id}`
  return `${chat} ${frame.before ?? ''}`
}
