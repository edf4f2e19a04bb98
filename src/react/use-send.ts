'use client'

import { useMemo } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import type { Ack } from '../protocol/server-frames.ts'
import type { Draft } from '../view/draft.ts'
import { useChat } from './chatws-provider.tsx'
import { useSameChat } from './use-readable.ts'

/** Sends messages to a chat, which are shown at once; the functions stay the same. */
export interface Sending {
  /** Settles once the message is stored, or refused; nobody need listen, because it is shown. */
  readonly send: (draft: string | Draft) => Promise<Ack>
  /** Sends a message again that has failed. */
  readonly retry: (clientId: string) => Promise<Ack>
  /** Gives a message up that is not stored yet. */
  readonly discard: (clientId: string) => void
}

/** Sends messages to a chat, or to the `thread` in it that begins with a message. */
export function useSend(ref: ChatRef, { thread }: { readonly thread?: number } = {}): Sending {
  const { outbox } = useChat()
  const chat = useSameChat(ref)
  return useMemo(
    () => ({
      send: (draft) => {
        const message = typeof draft === 'string' ? { content: draft } : draft
        return outbox.send(chat, thread === undefined ? message : { thread, ...message })
      },
      retry: (clientId) => outbox.retry(clientId),
      discard: (clientId) => outbox.discard(clientId),
    }),
    [outbox, chat, thread],
  )
}
