import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Appended, NewEntry, Store } from '../storage/store.ts'

/** Entries stored in one transaction at most; more wait for the next one. */
const MAX_BATCH = 1_000

/** Where a batch's outcome goes; `origins` are in the order of the entries. */
export interface CommitListener<Origin> {
  /** The batch is durable. */
  onCommitted(appended: readonly Appended[], origins: readonly Origin[]): void
  /** Nothing of the batch was stored. */
  onFailed(entries: readonly NewEntry[], origins: readonly Origin[], error: unknown): void
}

/**
 * Puts entries into the log by group commit: the next batch forms while the last one is written.
 * An idle writer commits with the turn of the event loop in which an entry arrived, so there is
 * no delay to tune; under load batches grow by themselves.
 */
export class Writer<Origin> {
  readonly #store: Store
  readonly #listener: CommitListener<Origin>
  #entries: NewEntry[] = []
  #origins: Origin[] = []
  /** Settles when the queue is empty; undefined while it is. */
  #running: Promise<void> | undefined

  constructor(store: Store, listener: CommitListener<Origin>) {
    this.#store = store
    this.#listener = listener
  }

  /** Takes an entry; the listener hears of it, with `origin`, exactly once. */
  submit(entry: NewEntry, origin: Origin): void {
    this.#entries.push(entry)
    this.#origins.push(origin)
    this.#running ??= this.#run()
  }

  /** Resolves when every entry submitted so far has been heard of. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    while (this.#entries.length > 0) {
      // SQLite answers within microtasks: without this, sockets would never be read in between.
      await nextTurn()
      await this.#commit(this.#entries.splice(0, MAX_BATCH), this.#origins.splice(0, MAX_BATCH))
    }
    this.#running = undefined
  }

  async #commit(entries: NewEntry[], origins: Origin[]): Promise<void> {
    let appended: Appended[]
    try {
      appended = await this.#store.append(entries, new Date().toISOString())
    } catch (error) {
      this.#listener.onFailed(entries, origins, error)
      return
    }
    this.#listener.onCommitted(appended, origins)
  }
}
