'use client'

import { useMemo } from 'react'
import type { KnownMessage } from '../client/known-message.ts'
import type { ChatRef } from '../protocol/chat.ts'
import { type MessagesOptions, messagesOf, type ShownMessages } from '../view/chat-messages.ts'
import { derive } from '../view/readable.ts'
import { useChat } from './chatws-provider.tsx'
import { useMessagesOptions, usePlace } from './use-place.ts'
import { useReadable, useSameChat, useTracked } from './use-readable.ts'

/** The messages of a chat: pages as they are asked for, what comes, and the own ones on their way. */
export function useMessages(ref: ChatRef, options: MessagesOptions = {}): ShownMessages {
  return useThread(ref, undefined, options)
}

/** The same of the thread that begins with a message; of the whole chat where there is none. */
export function useThread(
  ref: ChatRef,
  rootId: number | undefined,
  options: MessagesOptions = {},
): ShownMessages {
  const view = useChat()
  const place = usePlace(ref, rootId)
  const shown = useMessagesOptions(options)
  return useTracked(useMemo(() => messagesOf(view, place, shown), [view, place, shown]))
}

/** One message, where it is known: such as the one that another answers. */
export function useMessage(ref: ChatRef, id: number): KnownMessage | undefined {
  const { conversation } = useChat()
  const chat = useSameChat(ref)
  const message = useMemo(
    () => derive([conversation], undefined, () => conversation.message(chat, id)),
    [conversation, chat, id],
  )
  return useReadable<KnownMessage | undefined>(message)
}
