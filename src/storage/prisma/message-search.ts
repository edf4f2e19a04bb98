import type { SearchQuery } from '../conversation.ts'
import type { FoundMessage } from '../store.ts'

/** Finds messages by words. */
export interface MessageSearch {
  /**
   * The messages in which each of `words`, in lower case, begins a word; newest first. Throws
   * STORAGE_UNAVAILABLE.
   */
  find(words: readonly string[], query: SearchQuery): Promise<readonly FoundMessage[]>
  /** Resolves once it knows all that was stored and deleted before the call. */
  catchUp(): Promise<void>
  /** Resolves once it has nothing any more of what was pruned before the call. */
  forgetPruned(): Promise<void>
  /** The log has grown, and may grow on. */
  noteGrowth(): void
  /** Resolves when nothing of it is under way any more. */
  close(): Promise<void>
}
