'use client'

import { useMemo } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import { type MessageActions, Messages, type ShownReaction } from '../view/message-actions.ts'
import { receiptsOf, type ShownReceipts } from '../view/receipts.ts'
import { useChat } from './chatws-provider.tsx'
import { useReadable, useSameChat, useTracked } from './use-readable.ts'

/** What the user does to messages of a chat; the functions stay the same. */
export function useMessageActions(ref: ChatRef): MessageActions {
  const messages = useChat().part(Messages)
  const chat = useSameChat(ref)
  return useMemo(() => messages.actionsIn(chat), [messages, chat])
}

/** The reactions to a message. */
export interface Reacting {
  /** Own ones at once, until they are refused. */
  readonly reactions: readonly ShownReaction[]
  /** Gives a reaction, or takes it back where the user has given it. */
  readonly toggle: (emoji: string) => void
}

/** The reactions to a message of a chat, and what adds one. */
export function useReactions(ref: ChatRef, id: number): Reacting {
  const messages = useChat().part(Messages)
  const chat = useSameChat(ref)
  const { react, unreact } = useMessageActions(chat)
  const reactions = useReadable(useMemo(() => messages.reactionsTo(chat, id), [messages, chat, id]))
  return useMemo(() => {
    const isOwn = (emoji: string) => reactions.find((one) => one.emoji === emoji)?.isOwn
    const toggle = (emoji: string) => void (isOwn(emoji) ? unreact : react)(id, emoji)
    return { reactions, toggle }
  }, [reactions, react, unreact, id])
}

/** Whom of the others a message of a chat has reached, and who has read it. */
export function useReceipts(ref: ChatRef, id: number): ShownReceipts {
  const view = useChat()
  const chat = useSameChat(ref)
  return useTracked(useMemo(() => receiptsOf(view, chat, id), [view, chat, id]))
}
