import type { SupportUpdate } from '../../../protocol/client-frames.ts'
import { errorFrame } from '../../../protocol/error-frame.ts'
import type {
  QueuedChat as QueuedChatFrame,
  SupportQueueRequest,
} from '../../../protocol/questions.ts'

import type { QueuedChat } from '../../../storage/conversation.ts'
import type { Connection } from '../../delivery/connection.ts'
import { supportPayload } from '../../frames/entry-frame.ts'
import { readLastMessages } from '../../log/last-messages.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler, HandlerContext } from './handler.ts'
import { submit } from './submit.ts'

/** Open support chats in an answer at most. */
const MAX_QUEUE = 500

/** Submits a change of a support chat's state to the log, if an agent asks for it. */
export const handleSupportUpdate: Handler<SupportUpdate> = (frame, sender, context) => {
  if (!isAllowed(frame, sender, context)) return
  const { support_chat_id: chatId, status, assignee } = frame
  submit(frame, { sender, context }, { type: 'support', chatId, status, assignee })
}

/** Answers with the open support chats, if an agent asks for them. */
export const handleSupportQueue: Handler<SupportQueueRequest> = (frame, sender, context) => {
  if (!isAllowed(frame, sender, context)) return
  answerInTurn(frame, { sender, context }, async () => {
    const chats = await context.store.readSupportQueue(MAX_QUEUE)
    const newest = chats.map((chat) => chat.newest)
    const messages = await readLastMessages(context.store, newest, supportPayload)
    return {
      type: 'SUPPORT_QUEUE',
      chats: chats.map((chat) => queuedChat(chat, messages.get(chat.newest))),
    }
  })
}

function isAllowed(
  { client_id }: { client_id?: string | undefined },
  sender: Connection,
  context: HandlerContext,
): boolean {
  if (sender.isAgent) return true
  const message = 'Only agents work the support desk'
  context.responder.reply(sender, errorFrame('FORBIDDEN', message, { ref: client_id }))
  return false
}

function queuedChat(
  { chatId, assignee, waitingSince }: QueuedChat,
  message: QueuedChatFrame['last_message'],
): QueuedChatFrame {
  const waitingMs = waitingSince === null ? 0 : Date.now() - Date.parse(waitingSince)
  return {
    support_chat_id: chatId,
    assignee,
    waiting_since: waitingSince,
    waiting_seconds: Math.max(0, Math.floor(waitingMs / 1000)),
    ...(message ? { last_message: message } : {}),
  }
}
