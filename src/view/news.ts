import type { KnownMessage, Payload } from '../client/known-message.ts'
import { type ChatRef, chatKeyOf } from '../protocol/chat.ts'
import type { ChatView } from './chat-view.ts'

/** What has come since the last time, to be said aloud. */
export interface News {
  /** The last message that came. */
  readonly message: Pick<KnownMessage, 'sender_id' | 'content'>
  /** How many came, with it. */
  readonly count: number
}

/**
 * Tells of messages of others that come to a chat, at most once in a while: one by itself, more as how many
 * there are. It follows what happens, not what is shown: a page of old messages is no news.
 *
 * @returns ends it
 */
export function followNews(
  { client }: ChatView,
  chat: ChatRef,
  { everyMs, tell }: { readonly everyMs: number; readonly tell: (news: News) => void },
): () => void {
  const key = chatKeyOf(chat)
  let count = 0
  let last: Payload | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const say = () => {
    timer = undefined
    if (count === 0 || !last) return
    tell({ message: last, count })
    count = 0
    timer = setTimeout(say, everyMs)
  }
  const came = (payload: Payload) => {
    if (payload.sender_id === client.userId || chatKeyOf(payload as ChatRef) !== key) return
    last = payload
    count += 1
    // What was missed comes all at once.
    timer ??= setTimeout(say, 0)
  }
  const ends = [client.on('message', came), client.on('supportMessage', came)]
  return () => {
    clearTimeout(timer)
    for (const end of ends) end()
  }
}
