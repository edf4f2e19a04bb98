import { chatRef } from '../../../protocol/chat.ts'
import type { ChatSummary, ChatsRequest } from '../../../protocol/questions.ts'
import type { Membership } from '../../../storage/access-records.ts'
import type { ChatOfUser } from '../../../storage/conversation.ts'
import { messagePayload } from '../../frames/entry-frame.ts'
import { readLastMessages } from '../../log/last-messages.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler } from './handler.ts'

/** Answers with the chats that the user has written, received or read in. */
export const handleChats: Handler<ChatsRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    // What the user has done up to now counts.
    await context.receipts.flush()
    const reader = await context.access.readerOf(sender)
    const chats = await context.store.cursors.chatsOf(sender.userId, reader)
    const newest = chats.map((chat) => chat.newest)
    const messages = await readLastMessages(context.store, newest, messagePayload)
    return {
      type: 'CHATS',
      chats: chats.map((chat) => summary(chat, messages.get(chat.newest))),
    }
  })

function summary(
  { kind, chatId, unread, mentions, notify, membership, userId, ...cursor }: ChatOfUser,
  message: ChatSummary['last_message'],
): ChatSummary {
  return {
    ...chatRef(kind, chatId),
    ...(message ? { last_message: message } : {}),
    unread,
    ...(mentions === 0 ? {} : { mentions }),
    delivered: cursor.delivered,
    read: cursor.read,
    ...(notify === 'all' ? {} : { notify }),
    ...(membership ? placeOf(membership, userId) : {}),
  }
}

/** What is told of a chat with members. */
function placeOf({ role, chat }: Membership, userId: number) {
  const { title, direct, memberCount } = chat
  return {
    ...(title === undefined ? {} : { title }),
    ...(direct === undefined ? {} : { direct: direct[0] === userId ? direct[1] : direct[0] }),
    role,
    members: memberCount,
  }
}
