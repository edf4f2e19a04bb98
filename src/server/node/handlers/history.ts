import { chatOf } from '../../../protocol/chat.ts'
import type { History, HistoryRequest } from '../../../protocol/questions.ts'
import { mustRead } from '../../access/must-read.ts'
import { chatPayload, ownNamed, supportPayload } from '../../frames/entry-frame.ts'
import { type HistoryPage, readHistoryPage } from '../../log/history-page.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler } from './handler.ts'

/** Answers with a page of one chat's messages, oldest first. */
export const handleHistory: Handler<HistoryRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    const chat = chatOf(frame)
    const above = await mustRead(context.access, sender, chat)
    const reader = await context.access.readerOf(sender)
    const page = { ...frame, above, userId: reader?.userId }
    return historyFrame(frame, await readHistoryPage(context.store, chat, page), sender.userId)
  })

function historyFrame(
  request: HistoryRequest,
  { entries, hasMore }: HistoryPage,
  userId: number,
): History {
  const rest = {
    ...(request.before === undefined ? {} : { before: request.before }),
    ...(request.thread === undefined ? {} : { thread: request.thread }),
    has_more: hasMore,
  }
  return request.chat_id !== undefined
    ? {
        type: 'HISTORY',
        chat_id: request.chat_id,
        messages: entries.map((entry) => ownNamed(chatPayload(entry), entry, userId)),
        ...rest,
      }
    : {
        type: 'HISTORY',
        support_chat_id: request.support_chat_id,
        messages: entries.map((entry) => ownNamed(supportPayload(entry), entry, userId)),
        ...rest,
      }
}
