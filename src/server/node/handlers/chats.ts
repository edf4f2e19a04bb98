import { chatRef } from '../../../protocol/chat.ts'
import type { ChatSummary, ChatsRequest } from '../../../protocol/questions.ts'
import type { ChatOfUser } from '../../../storage/conversation.ts'
import { chatPayload, supportPayload } from '../../frames/entry-frame.ts'
import { LastMessages } from '../../frames/last-messages.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler } from './handler.ts'

/** Answers with the chats that the user has written, received or read in. */
export const handleChats: Handler<ChatsRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    // What the user has done up to now counts.
    await context.receipts.flush()
    const chats = await context.store.cursors.chatsOf(sender.userId)
    const shown = new LastMessages()
    return { type: 'CHATS', chats: chats.map((chat) => summary(chat, shown)) }
  })

function summary(
  { kind, chatId, lastMessage, unread, delivered, read }: ChatOfUser,
  shown: LastMessages,
): ChatSummary {
  const payload = kind === 'chat' ? chatPayload : supportPayload
  const message = lastMessage && shown.take(payload(lastMessage))
  return {
    ...chatRef(kind, chatId),
    ...(message ? { last_message: message } : {}),
    unread,
    delivered,
    read,
  }
}
