import { chatOf } from '../../../protocol/chat.ts'
import type { Activity, Ping, Typing } from '../../../protocol/client-frames.ts'
import type { PresenceRequest } from '../../../protocol/questions.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler } from './handler.ts'

/** Answers who is here, and who was last. */
export const handlePresence: Handler<PresenceRequest> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => ({
    type: 'PRESENCE',
    users: await context.listPresence(),
  }))

/** Notes that nobody is at the client, or that somebody is again. */
export const handleActivity: Handler<Activity> = (frame, sender, context) =>
  context.setIdle(sender, frame.state === 'idle')

/** Sends on who types where. */
export const handleTyping: Handler<Typing> = (frame, sender, context) =>
  context.typing.set(sender.userId, chatOf(frame), frame.typing)

/** Answers at once. */
export const handlePing: Handler<Ping> = ({ t }, sender, context) =>
  context.reply(sender, { type: 'PONG', t, serverTime: new Date().toISOString() })
