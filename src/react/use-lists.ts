'use client'

import type { ChatRef } from '../protocol/chat.ts'
import { Blocks, type ShownBlocks } from '../view/blocks.ts'
import { Members, type ShownMembers } from '../view/members.ts'
import { Pins, type ShownPins } from '../view/pins.ts'
import { ReportQueue, type ShownReports } from '../view/reports.ts'
import { type ShownQueue, SupportDesk } from '../view/support-desk.ts'
import { type ShownThreads, ThreadRows } from '../view/thread-rows.ts'
import { useChat } from './chatws-provider.tsx'
import { useTracked } from './use-readable.ts'

/** Who is in a chat, what the user is in it, and what is done to members. */
export function useMembers(chatId: number): ShownMembers {
  return useTracked(useChat().part(Members).of(chatId))
}

/** The threads that the user follows; asked for once a connection. */
export function useThreads(): ShownThreads {
  return useTracked(useChat().part(ThreadRows).shown)
}

/** The pinned messages of a chat; asked for once a connection. */
export function usePins(ref: ChatRef): ShownPins {
  return useTracked(useChat().part(Pins).of(ref))
}

/** The reports that the user may resolve; asked for once a connection. */
export function useReports(): ShownReports {
  return useTracked(useChat().part(ReportQueue).shown)
}

/** Whom the user has blocked; asked for once a connection. */
export function useBlocked(): ShownBlocks {
  return useTracked(useChat().part(Blocks).shown)
}

/** The open support chats as they are now; for agents. */
export function useSupportQueue(): ShownQueue {
  return useTracked(useChat().part(SupportDesk).shown)
}
