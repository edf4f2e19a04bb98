import { type ChatKind, chatKey } from '../../../protocol/chat.ts'
import type { Subscribe } from '../../../protocol/questions.ts'
import { answerInTurn } from './answer-in-turn.ts'
import type { Handler } from './handler.ts'

/**
 * Subscribes the connection to the chats that it names, or to all when it names none; in its turn,
 * because the answer repeats the names.
 */
export const handleSubscribe: Handler<Subscribe> = (frame, sender, context) =>
  answerInTurn(frame, { sender, context }, async () => {
    const { chats, support_chats } = frame
    const isForAll = chats === undefined && support_chats === undefined
    const named = [...keysOf('chat', chats), ...keysOf('support', support_chats)]
    const wanted = isForAll ? undefined : new Set(named)
    const offset = context.fanOut.subscribe(sender, context.access.narrow(sender, wanted))
    return {
      type: 'SUBSCRIBED',
      ...(chats === undefined ? {} : { chats }),
      ...(support_chats === undefined ? {} : { support_chats }),
      offset,
    }
  })

function keysOf(kind: ChatKind, ids: readonly number[] = []): string[] {
  return ids.map((id) => chatKey(kind, id))
}
