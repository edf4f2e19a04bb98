'use client'

import { useMemo } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import { type ChatRow, ChatRows, type ShownChats } from '../view/chat-rows.ts'
import { useChat } from './chatws-provider.tsx'
import { useReadable, useSameChat, useTracked } from './use-readable.ts'

/** The chats of the user, the one with the newest message first; asked for once a connection. */
export function useChats(): ShownChats {
  return useTracked(useChat().part(ChatRows).list)
}

/** One chat as a list shows it. */
export function useChatRow(ref: ChatRef): ChatRow {
  const rows = useChat().part(ChatRows)
  const chat = useSameChat(ref)
  return useReadable(useMemo(() => rows.row(chat), [rows, chat]))
}
