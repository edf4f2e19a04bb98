import type { Chat, ChatKind } from '../../../protocol/chat.ts'
import type { Subscribe } from '../../../protocol/questions.ts'

import type { Handler } from './handler.ts'

/** Narrows the connection to the chats that it names, or widens it to all when it names none. */
export const handleSubscribe: Handler<Subscribe> = (frame, sender, context) => {
  const { chats, support_chats, client_id } = frame
  const isNarrowed = chats !== undefined || support_chats !== undefined
  const selected = [...named('chat', chats), ...named('support', support_chats)]
  const offset = context.narrow(sender, isNarrowed ? selected : undefined)
  context.reply(sender, {
    type: 'SUBSCRIBED',
    ...(chats === undefined ? {} : { chats }),
    ...(support_chats === undefined ? {} : { support_chats }),
    offset,
    ...(client_id === undefined ? {} : { client_id }),
  })
}

function named(kind: ChatKind, ids: readonly number[] = []): Chat[] {
  return ids.map((id) => ({ kind, id }))
}
