'use client'

import { useMemo, useState } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import type { MessagesOptions } from '../view/chat-messages.ts'
import type { Place } from '../view/chat-pages.ts'
import { useSameChat } from './use-readable.ts'

/** A chat, or a thread in it, as the same object as long as the component is about the same one. */
export function usePlace(ref: ChatRef, thread: number | undefined): Place {
  const chat = useSameChat(ref)
  return useMemo(() => ({ chat, thread }), [chat, thread])
}

/** How much of a place is shown, as the same object as long as it comes to the same. */
export function useMessagesOptions({ pageSize, initial }: MessagesOptions): MessagesOptions {
  // Only the first counts: whoever writes it into the markup makes a new one with each render.
  const [first] = useState(initial)
  return useMemo(
    () => ({ ...(pageSize !== undefined && { pageSize }), ...(first && { initial: first }) }),
    [pageSize, first],
  )
}
