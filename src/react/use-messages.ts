'use client'

import { useMemo, useState } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import { type MessagesOptions, messagesOf, type ShownMessages } from '../view/chat-messages.ts'
import { useChat } from './chatws-provider.tsx'
import { useSameChat, useTracked } from './use-readable.ts'

/** The messages of a chat: pages as they are asked for, what comes, and the own ones on their way. */
export function useMessages(ref: ChatRef, options: MessagesOptions = {}): ShownMessages {
  return usePlace(ref, undefined, options)
}

/** The same of the thread that begins with a message. */
export function useThread(
  ref: ChatRef,
  rootId: number,
  options: MessagesOptions = {},
): ShownMessages {
  return usePlace(ref, rootId, options)
}

function usePlace(
  ref: ChatRef,
  thread: number | undefined,
  { pageSize, initial }: MessagesOptions,
): ShownMessages {
  const view = useChat()
  const chat = useSameChat(ref)
  // Only the first counts: whoever writes it into the markup makes a new one with each render.
  const [first] = useState(initial)
  const messages = useMemo(
    () =>
      messagesOf(
        view,
        { chat, thread },
        {
          ...(pageSize !== undefined && { pageSize }),
          ...(first && { initial: first }),
        },
      ),
    [view, chat, thread, pageSize, first],
  )
  return useTracked(messages)
}
