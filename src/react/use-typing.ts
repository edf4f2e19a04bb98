'use client'

import { useMemo } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import { type ShownTyping, typingIn } from '../view/typing.ts'
import { useChat } from './chatws-provider.tsx'
import { useSameChat, useTracked } from './use-readable.ts'

/** Who else types in a chat, and what tells that the user does. */
export function useTyping(ref: ChatRef): ShownTyping {
  const view = useChat()
  const chat = useSameChat(ref)
  return useTracked(useMemo(() => typingIn(view, chat), [view, chat]))
}
