import type { QueuedChat, SearchQuery } from '../../src/storage/conversation.ts'
import type { LogEntry, MessageEntry, NewEntry } from '../../src/storage/entries.ts'
import type { AgesRange, MessageAge } from '../../src/storage/message-ages.ts'
import type { Pruned, PruneOptions } from '../../src/storage/prune-log.ts'
import type {
  FoundMessage,
  HistoryEntry,
  HistoryRange,
  Outcome,
  Store,
} from '../../src/storage/store.ts'

/** A store whose appends can be held back, or made to fail before they reach the one inside. */
export class GatedStore implements Store {
  readonly epoch: string
  /** Appends that began. */
  appends = 0
  /** Thrown by the next append. */
  nextError: Error | undefined
  readonly #inner: Store
  #gate: { open: Promise<void>; release: () => void } | undefined

  constructor(inner: Store) {
    this.#inner = inner
    this.epoch = inner.epoch
  }

  /** Lets no append through until `release`. */
  hold(): void {
    let release = () => {}
    const open = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#gate = { open, release }
  }

  release(): void {
    this.#gate?.release()
    this.#gate = undefined
  }

  async append(entries: readonly NewEntry[], createdAt: string): Promise<Outcome[]> {
    this.appends += 1
    await this.#gate?.open
    const error = this.nextError
    this.nextError = undefined
    if (error) throw error
    return this.#inner.append(entries, createdAt)
  }

  confirmWritable(): Promise<void> {
    return this.#inner.confirmWritable()
  }

  lastOffset(): Promise<number> {
    return this.#inner.lastOffset()
  }

  readHistory(range: HistoryRange): Promise<HistoryEntry[]> {
    return this.#inner.readHistory(range)
  }

  readAges(range: AgesRange): Promise<MessageAge[]> {
    return this.#inner.readAges(range)
  }

  readAfter(offset: number, limit: number): Promise<LogEntry[]> {
    return this.#inner.readAfter(offset, limit)
  }

  get cursors() {
    return this.#inner.cursors
  }

  get lastSeen() {
    return this.#inner.lastSeen
  }

  get access() {
    return this.#inner.access
  }

  get uploads() {
    return this.#inner.uploads
  }

  prune(options: PruneOptions): Promise<Pruned> {
    return this.#inner.prune(options)
  }

  readClipped(offsets: readonly number[]): Promise<MessageEntry[]> {
    return this.#inner.readClipped(offsets)
  }

  readSupportQueue(limit: number): Promise<QueuedChat[]> {
    return this.#inner.readSupportQueue(limit)
  }

  search(query: SearchQuery): Promise<readonly FoundMessage[]> {
    return this.#inner.search(query)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
