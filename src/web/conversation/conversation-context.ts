import { createContext, useContext } from 'react'
import type { ChatRef, KnownMessage } from '../../react/react.ts'

/** What a row of a conversation can have done around it. It stays the same while the chat is open. */
export interface ConversationActions {
  readonly chat: ChatRef
  /** Answers a message in the field below. */
  reply(message: KnownMessage): void
  /** Changes an own message in the field below. */
  edit(message: KnownMessage): void
  /** Goes to a message, however old it is. */
  jumpTo(messageId: number): void
  /** Puts the cursor into the field below. */
  focusComposer(): void
}

/** What the composer does for the messages above it. */
export interface ComposerHandle {
  reply(message: KnownMessage): void
  edit(message: KnownMessage): void
  focus(): void
}

export const ConversationContext = createContext<ConversationActions | undefined>(undefined)

export function useConversation(): ConversationActions {
  const actions = useContext(ConversationContext)
  if (!actions) throw new Error('A row of a conversation stands outside of one')
  return actions
}
