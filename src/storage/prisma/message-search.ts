import type { SearchQuery } from '../conversation.ts'
import type { MessageEntry } from '../entries.ts'

/** Finds messages by words. */
export interface MessageSearch {
  /**
   * The statement that takes messages up to an offset out of the index, before they are deleted;
   * undefined where the index follows the tables by itself.
   */
  readonly removeUpTo?: string
  /**
   * The messages in which each of `words`, in lower case, begins a word; newest first. Throws
   * STORAGE_UNAVAILABLE.
   */
  find(words: readonly string[], query: SearchQuery): Promise<MessageEntry[]>
  /** Resolves once it knows all that was stored and deleted before the call. */
  catchUp(): Promise<void>
  /** The log has grown, and may grow on. */
  noteGrowth(): void
  /** Resolves when nothing of it is under way any more. */
  close(): Promise<void>
}
