import type { NewMessage, NewSupportMessage } from '../../../protocol/client-frames.ts'
import { errorFrame } from '../../../protocol/error-frame.ts'
import type { Handler } from './handler.ts'

/** Submits a message of either kind to the log, if it speaks for its own connection's user. */
export const handleNewMessage: Handler<NewMessage | NewSupportMessage> = (
  frame,
  sender,
  context,
) => {
  if (frame.sender_id !== sender.userId) {
    const message = `sender_id is ${frame.sender_id}, but this connection belongs to user ${sender.userId}`
    context.responder.reply(
      sender,
      errorFrame('SENDER_MISMATCH', message, { ref: frame.client_id }),
    )
    return
  }
  const isChat = frame.type === 'NEW_MESSAGE'
  context.writer.submit(
    {
      type: 'message',
      kind: isChat ? 'chat' : 'support',
      chatId: isChat ? frame.chat_id : frame.support_chat_id,
      senderId: frame.sender_id,
      clientId: frame.client_id,
      content: frame.content,
      fileType: frame.file_type,
      filePaths: frame.file_paths,
      replyTo: frame.reply_to,
      thread: frame.thread,
      mentions: frame.mentions?.length ? [...new Set(frame.mentions)] : undefined,
      isFromAgent: !isChat && sender.isAgent,
      authority: context.access.authorityOf(sender, 'message'),
    },
    sender,
  )
}
