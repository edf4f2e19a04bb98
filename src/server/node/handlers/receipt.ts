import { chatOf } from '../../../protocol/chat.ts'
import type { Delivered, Read } from '../../../protocol/client-frames.ts'
import type { Handler } from './handler.ts'

/** Notes how far the user has come in a chat; what is read has been delivered. */
export const handleReceipt: Handler<Delivered | Read> = (frame, sender, context) => {
  const read = frame.type === 'READ' ? frame.id : 0
  context.receipts.advance(sender.userId, chatOf(frame), { delivered: frame.id, read })
}
