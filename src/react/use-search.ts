'use client'

import { useMemo } from 'react'
import type { ChatPayload } from '../protocol/access-fields.ts'
import { type ChatRef, chatOf, chatRef } from '../protocol/chat.ts'
import type { Found } from '../view/paged-search.ts'
import { type FoundMessage, messageSearch, publicChatSearch } from '../view/searches.ts'
import { useChat } from './chatws-provider.tsx'
import { useTracked } from './use-readable.ts'

/** Messages with words, of one chat or of all that the user may read. */
export function useSearch(ref?: ChatRef): Found<FoundMessage> {
  const view = useChat()
  const { kind, id } = ref ? chatOf(ref) : { kind: undefined, id: 0 }
  const search = useMemo(() => messageSearch(view, kind && chatRef(kind, id)), [view, kind, id])
  return useTracked(search.shown)
}

/** The chats that anyone may join: all, or those with words in their titles. */
export function usePublicChats(): Found<Readonly<ChatPayload>> {
  const view = useChat()
  const search = useMemo(() => publicChatSearch(view), [view])
  return useTracked(search.shown)
}
