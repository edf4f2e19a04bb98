'use client'

export type { ChatRef, MessageRef } from '../protocol/chat.ts'
export type { AskedStatus } from '../view/asked.ts'
export type { ShownBlocks } from '../view/blocks.ts'
export type { MessagesOptions, ShownMessages } from '../view/chat-messages.ts'
export type { ChatList, ChatRow } from '../view/chat-rows.ts'
export type { ShownConnection } from '../view/connection.ts'
export {
  type Draft,
  isPending,
  messageKey,
  type PendingMessage,
  type ShownMessage,
} from '../view/draft.ts'
export type { MemberActions, ShownMembers } from '../view/members.ts'
export type { OutboxStore, SavedSend } from '../view/outbox.ts'
export type { Found } from '../view/paged-search.ts'
export type { ShownPresence, ShownUser } from '../view/people.ts'
export type { ShownPins } from '../view/pins.ts'
export type { ShownReports } from '../view/reports.ts'
export type { FoundMessage } from '../view/searches.ts'
export type { ShownQueue } from '../view/support-desk.ts'
export type { ShownThreads } from '../view/thread-rows.ts'
export type { ShownTyping } from '../view/typing.ts'
export { ChatwsProvider, type ChatwsProviderProps, useChat, useClient } from './chatws-provider.tsx'
export { type Chat, type ChatOptions, createChat } from './create-chat.ts'
export { useChatRow, useChats } from './use-chats.ts'
export { useConnection } from './use-connection.ts'
export {
  useBlocked,
  useMembers,
  usePins,
  useReports,
  useSupportQueue,
  useThreads,
} from './use-lists.ts'
export { useMessages, useThread } from './use-messages.ts'
export { useDisplayName, useNames, usePresence, useUser } from './use-people.ts'
export { usePublicChats, useSearch } from './use-search.ts'
export { type Sending, useSend } from './use-send.ts'
export { useTyping } from './use-typing.ts'
