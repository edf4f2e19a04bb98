import type { ChatRef } from '../protocol/chat.ts'
import type { ChatView } from './chat-view.ts'

/** So many of the newest messages tell who has written lately. */
const MAX_LATELY = 200

/** The others in a chat: who has written there lately, the newest first, then who is online. */
export function othersIn(
  { client, conversation }: Pick<ChatView, 'client' | 'conversation'>,
  chat: ChatRef,
): number[] {
  const lately = conversation.messages(chat).slice(-MAX_LATELY)
  const writers = lately.map(({ sender_id }) => sender_id).reverse()
  const online = conversation.users().filter(({ status }) => status !== 'offline')
  const ids = new Set([...writers, ...online.map(({ userId }) => userId)])
  return [...ids].filter((id) => id !== client.userId)
}

/** All who could be meant in a chat: the others, then who is in it, then all with a known name. */
export function likelyPeople(
  view: Pick<ChatView, 'client' | 'conversation'>,
  chat: ChatRef,
): number[] {
  const members = view.conversation.chat(chat).members.map(({ userId }) => userId)
  return [...new Set([...othersIn(view, chat), ...members, ...view.client.names.named()])]
}
