import { chatRef } from '../../../protocol/chat.ts'
import type { ChatSummary, ChatsRequest } from '../../../protocol/questions.ts'
import type { ChatOfUser } from '../../../storage/conversation.ts'
import { chatPayload, supportPayload } from '../../frames/entry-frame.ts'
import { readLastMessages } from '../../log/last-messages.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler } from './handler.ts'

/** Answers with the chats that the user has written, received or read in. */
export const handleChats: Handler<ChatsRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    // What the user has done up to now counts.
    await context.receipts.flush()
    const chats = await context.store.cursors.chatsOf(sender.userId)
    const newest = chats.map((chat) => chat.newest)
    const messages = await readLastMessages(context.store, newest, (message) =>
      message.kind === 'chat' ? chatPayload(message) : supportPayload(message),
    )
    return {
      type: 'CHATS',
      chats: chats.map((chat) => summary(chat, messages.get(chat.newest))),
    }
  })

function summary(
  { kind, chatId, unread, delivered, read }: ChatOfUser,
  message: ChatSummary['last_message'],
): ChatSummary {
  return {
    ...chatRef(kind, chatId),
    ...(message ? { last_message: message } : {}),
    unread,
    delivered,
    read,
  }
}
