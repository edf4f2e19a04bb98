import { chatOf } from '../../protocol/chat.ts'
import type { HistoryRequest } from '../../protocol/client-frames.ts'
import type { History } from '../../protocol/server-frames.ts'
import type { LogEntry } from '../../storage/store.ts'
import { chatPayload, supportPayload } from '../entry-frame.ts'
import type { Handler } from './handler.ts'

/** Messages in a page when the client does not say. */
const DEFAULT_LIMIT = 50

/** Bytes of messages in a page at most, as they are sent; but always one message. */
const MAX_PAGE_BYTES = 512 * 1024

/** Answers with a page of one chat's messages, oldest first. */
export const handleHistory: Handler<HistoryRequest> = (frame, sender, context) =>
  sender.inTurn(async () => {
    const limit = frame.limit ?? DEFAULT_LIMIT
    const { kind, id } = chatOf(frame)
    try {
      // One more than asked for tells whether there is more.
      const range = { kind, chatId: id, before: frame.before, limit: limit + 1 }
      const entries = await context.readHistory(range)
      const page = newestThatFit(entries, limit)
      context.reply(sender, historyFrame(frame, page, page.length < entries.length))
    } catch {
      context.reply(sender, {
        type: 'ERROR',
        code: 'STORAGE_UNAVAILABLE',
        message: 'The messages could not be read; ask again later',
      })
    }
  })

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

function historyFrame(
  request: HistoryRequest,
  page: readonly LogEntry[],
  hasMore: boolean,
): History {
  const rest = {
    ...(request.before === undefined ? {} : { before: request.before }),
    has_more: hasMore,
    ...(request.client_id === undefined ? {} : { client_id: request.client_id }),
  }
  return request.chat_id !== undefined
    ? { type: 'HISTORY', chat_id: request.chat_id, messages: page.map(chatPayload), ...rest }
    : {
        type: 'HISTORY',
        support_chat_id: request.support_chat_id,
        messages: page.map(supportPayload),
        ...rest,
      }
}
