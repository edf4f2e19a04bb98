'use client'

import { createContext, type ReactNode, useContext, useEffect } from 'react'
import type { ChatClient } from '../client/chat-client.ts'
import type { Chat } from './create-chat.ts'

const ChatContext = /* @__PURE__ */ createContext<Chat | undefined>(undefined)

export interface ChatwsProviderProps {
  readonly chat: Chat
  /** Whether it connects once it is on a page; it never closes. True unless given. */
  readonly connect?: boolean
  readonly children?: ReactNode
}

/** Gives a chat to the hooks below. */
export function ChatwsProvider({ chat, connect = true, children }: ChatwsProviderProps) {
  useEffect(() => {
    if (connect) chat.connect()
  }, [chat, connect])
  return <ChatContext.Provider value={chat}>{children}</ChatContext.Provider>
}

/** The chat that the nearest `ChatwsProvider` gives. Throws where there is none. */
export function useChat(): Chat {
  const chat = useContext(ChatContext)
  if (!chat) throw new Error('Hooks of chatws/react need a <ChatwsProvider chat={…}> above them')
  return chat
}

/** The client of the nearest `ChatwsProvider`, for whatever no hook does. */
export function useClient(): ChatClient {
  return useChat().client
}
