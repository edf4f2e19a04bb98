import type { SearchQuery } from '../conversation.ts'
import type { MessageSearch } from '../prisma/message-search.ts'
import { storageErrors } from '../prisma/prisma-database.ts'
import type { FoundMessage } from '../store.ts'
import type { GuardedDatabase } from './guarded-database.ts'
import type { Wanted } from './search-thread.ts'
import type { SearchWorker } from './search-worker.ts'

/** How long the log has to rest before it is read into the index without being asked for. */
const REST_MS = 500

/**
 * Full-text search in SQLite, beside it. The index is a reader of the log: it follows when the log rests, and
 * up to where that stands before anything is searched for, so that storing messages costs no more than before.
 */
export class SqliteSearch implements MessageSearch {
  readonly #database: GuardedDatabase
  readonly #worker: SearchWorker
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(database: GuardedDatabase, worker: SearchWorker) {
    this.#database = database
    this.#worker = worker
  }

  async find(words: readonly string[], query: SearchQuery): Promise<readonly FoundMessage[]> {
    return this.#ask({ words, query })
  }

  async catchUp(): Promise<void> {
    await this.#ask('catchUp')
  }

  async forgetPruned(): Promise<void> {
    await this.#ask('forget')
  }

  noteGrowth(): void {
    if (this.#timer) this.#timer.refresh()
    else this.#timer = setTimeout(() => this.#readAtRest(), REST_MS).unref()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#worker.end()
  }

  #readAtRest(): void {
    // Whoever searches will try again, and be told.
    if (!this.#isClosed) this.catchUp().catch(() => {})
  }

  #ask(wanted: Wanted) {
    return storageErrors(() => this.#database.beside(() => this.#worker.ask(wanted)))
  }
}
