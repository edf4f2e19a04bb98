import { ChatwsError } from '../../protocol/error.ts'
import type { LogEntry } from '../../storage/entries.ts'
import type { Outcome } from '../../storage/store.ts'

/** The origin of an entry that comes from no connection: whoever made it waits for its outcome. */
export class Submission {
  /** Resolves with what was stored; rejects with what the store said against it. */
  readonly stored: Promise<LogEntry>
  #resolve!: (entry: LogEntry) => void
  #reject!: (error: ChatwsError) => void

  constructor() {
    this.stored = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  settle(outcome: Outcome): void {
    if ('refused' in outcome) this.#reject(new ChatwsError(outcome.refused, outcome.reason))
    else this.#resolve(outcome.entry)
  }

  fail(error: ChatwsError): void {
    this.#reject(error)
  }
}
