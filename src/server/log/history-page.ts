import type { Chat } from '../../protocol/chat.ts'
import type { HistoryEntry, Store } from '../../storage/store.ts'
import { nextTurn } from '../../storage/turns.ts'
import { chatPayload } from '../frames/entry-frame.ts'

/** Messages in a page when the client does not say. */
const DEFAULT_LIMIT = 50

/** Bytes of messages in a page at most, as they are sent; but always one message. */
const MAX_PAGE_BYTES = 512 * 1024

/** Messages read at once: few enough that reading them holds the event loop only briefly. */
const SLICE = 100

/** Which page of a chat is wanted: the newest messages with an id below `before`. */
export interface PageRequest {
  readonly before?: number | undefined
  /** 50 where undefined. */
  readonly limit?: number | undefined
  /** Only the replies in the thread of this message. */
  readonly thread?: number | undefined
  /** Only messages with an offset above this. */
  readonly above?: number | undefined
  /** Without those that are hidden from this user. */
  readonly userId?: number | undefined
}

/** A page of one chat's messages, oldest first. */
export interface HistoryPage {
  readonly entries: readonly HistoryEntry[]
  /** Whether there are older ones. */
  readonly hasMore: boolean
}

/**
 * Reads the page of a chat that was asked for, no larger than a page may be: newest first, in
 * slices with turns for others between.
 */
export async function readHistoryPage(
  store: Pick<Store, 'readHistory'>,
  chat: Chat,
  { before, limit = DEFAULT_LIMIT, thread, above, userId }: PageRequest,
): Promise<HistoryPage> {
  const newestFirst: HistoryEntry[] = []
  let bytes = 0
  for (;;) {
    // One more than wanted tells whether there is more.
    const wanted = Math.min(SLICE, limit + 1 - newestFirst.length)
    const oldest = newestFirst.at(-1)?.id ?? before
    const range = {
      ...{ kind: chat.kind, chatId: chat.id, before: oldest, limit: wanted },
      ...{ thread, above: above || undefined, userId },
    }
    const entries = await store.readHistory(range)
    if (entries.length === 0) return { entries: newestFirst.reverse(), hasMore: false }
    for (const entry of entries.reverse()) {
      bytes += Buffer.byteLength(JSON.stringify(chatPayload(entry)))
      const isFull =
        newestFirst.length === limit || (bytes > MAX_PAGE_BYTES && newestFirst.length > 0)
      if (isFull) return { entries: newestFirst.reverse(), hasMore: true }
      newestFirst.push(entry)
    }
    await nextTurn()
  }
}
