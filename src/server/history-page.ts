import type { Chat } from '../protocol/chat.ts'
import type { HistoryRange, LogEntry } from '../storage/store.ts'
import { chatPayload } from './entry-frame.ts'

/** Messages in a page when the client does not say. */
const DEFAULT_LIMIT = 50

/** Bytes of messages in a page at most, as they are sent; but always one message. */
const MAX_PAGE_BYTES = 512 * 1024

/** Which page of a chat is wanted: the newest messages with an id below `before`. */
export interface PageRequest {
  readonly before?: number | undefined
  /** 50 where undefined. */
  readonly limit?: number | undefined
}

/** A page of one chat's messages, oldest first. */
export interface HistoryPage {
  readonly entries: readonly LogEntry[]
  /** Whether there are older ones. */
  readonly hasMore: boolean
}

/** Reads the page of a chat that was asked for, no larger than a page may be. */
export async function readHistoryPage(
  readHistory: (range: HistoryRange) => Promise<LogEntry[]>,
  chat: Chat,
  { before, limit = DEFAULT_LIMIT }: PageRequest,
): Promise<HistoryPage> {
  // One more than asked for tells whether there is more.
  const range = { kind: chat.kind, chatId: chat.id, before, limit: limit + 1 }
  const entries = await readHistory(range)
  const page = newestThatFit(entries, limit)
  return { entries: page, hasMore: page.length < entries.length }
}

/** The newest entries, `limit` at most and no larger together than a page may be. */
function newestThatFit(entries: readonly LogEntry[], limit: number): LogEntry[] {
  let bytes = 0
  const page: LogEntry[] = []
  for (const entry of entries.slice(-limit).reverse()) {
    bytes += Buffer.byteLength(JSON.stringify(chatPayload(entry)))
    if (bytes > MAX_PAGE_BYTES && page.length > 0) break
    page.push(entry)
  }
  return page.reverse()
}
