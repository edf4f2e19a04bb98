import { type ChatRef, onlyChat } from '../protocol/chat.ts'
import type { ChatView } from './chat-view.ts'
import { derive, type Readable } from './readable.ts'

/** Who types in a chat, and telling that the user does. */
export interface ShownTyping {
  /** The others who type, in the order in which they began. */
  readonly typists: readonly number[]
  /** The text being typed has changed: to be called with each change. */
  readonly typed: (text: string) => void
  /** The user does not type any more. */
  readonly stop: () => void
}

/** Who types in a chat. */
export function typingIn({ client, conversation }: ChatView, ref: ChatRef): Readable<ShownTyping> {
  const chat = onlyChat(ref)
  const typed = (text: string) => client.typing(chat, text !== '')
  const stop = () => client.typing(chat, false)
  return derive([conversation], { typists: [], typed, stop }, () => ({
    typists: conversation.chat(chat).typing.filter((id) => id !== client.userId),
    typed,
    stop,
  }))
}
