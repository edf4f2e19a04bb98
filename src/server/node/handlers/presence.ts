import { chatOf } from '../../../protocol/chat.ts'
import type { Activity, Delivered, Ping, Read, Typing } from '../../../protocol/client-frames.ts'
import type { PresenceRequest } from '../../../protocol/questions.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler } from './handler.ts'

/** Answers who is here, and who was last. */
export const handlePresence: Handler<PresenceRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => ({
    type: 'PRESENCE',
    users: await context.announcer.list(sender),
  }))

/** Notes that nobody is at the client, or that somebody is again. */
export const handleActivity: Handler<Activity> = (frame, sender, context) =>
  context.announcer.setIdle(sender, frame.state === 'idle')

/** Sends on who types where. */
export const handleTyping: Handler<Typing> = (frame, sender, context) => {
  const chat = chatOf(frame)
  if (context.access.mayPass(sender, chat, 'type'))
    context.typing.set(sender.userId, chat, frame.typing)
}

/** Notes how far the user has come in a chat; what is read has been delivered. */
export const handleReceipt: Handler<Delivered | Read> = (frame, sender, context) => {
  const chat = chatOf(frame)
  if (!context.access.mayPass(sender, chat, 'receipt')) return
  if (frame.type === 'READ' && frame.thread !== undefined) {
    const { thread: rootId, id: read } = frame
    context.threads.advance({ userId: sender.userId, kind: chat.kind, rootId, read })
    return
  }
  const read = frame.type === 'READ' ? frame.id : 0
  context.receipts.advance(sender.userId, chat, { delivered: frame.id, read })
}

/** Answers at once. */
export const handlePing: Handler<Ping> = ({ t }, sender, context) =>
  context.responder.reply(sender, { type: 'PONG', t, serverTime: new Date().toISOString() })
