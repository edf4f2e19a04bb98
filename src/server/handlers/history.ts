import { chatOf } from '../../protocol/chat.ts'
import type { HistoryRequest } from '../../protocol/client-frames.ts'
import type { History } from '../../protocol/server-frames.ts'
import { chatPayload, supportPayload } from '../entry-frame.ts'
import { type HistoryPage, readHistoryPage } from '../history-page.ts'
import type { Handler } from './handler.ts'

/** Answers with a page of one chat's messages, oldest first. */
export const handleHistory: Handler<HistoryRequest> = (frame, sender, context) =>
  sender.inTurn(async () => {
    try {
      const page = await readHistoryPage(context.readHistory, chatOf(frame), frame)
      context.reply(sender, historyFrame(frame, page))
    } catch {
      context.reply(sender, {
        type: 'ERROR',
        code: 'STORAGE_UNAVAILABLE',
        message: 'The messages could not be read; ask again later',
      })
    }
  })

function historyFrame(request: HistoryRequest, { entries, hasMore }: HistoryPage): History {
  const rest = {
    ...(request.before === undefined ? {} : { before: request.before }),
    has_more: hasMore,
    ...(request.client_id === undefined ? {} : { client_id: request.client_id }),
  }
  return request.chat_id !== undefined
    ? { type: 'HISTORY', chat_id: request.chat_id, messages: entries.map(chatPayload), ...rest }
    : {
        type: 'HISTORY',
        support_chat_id: request.support_chat_id,
        messages: entries.map(supportPayload),
        ...rest,
      }
}
