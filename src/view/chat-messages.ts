import type { KnownMessage, Payload } from '../client/known-message.ts'
import { toKnown } from '../client/known-message.ts'
import { onlyChat } from '../protocol/chat.ts'
import { ChatPages, PAGE_SIZE, type PageLook, type Place } from './chat-pages.ts'
import type { ChatView } from './chat-view.ts'
import type { PendingMessage, ShownMessage } from './draft.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** How much of a place is shown. */
export interface MessagesOptions {
  /** Messages that are asked for at once; 50 unless given, at most 1,000. */
  readonly pageSize?: number
  /** The newest messages, oldest first, that are known otherwise: shown until they were asked for. */
  readonly initial?: readonly (KnownMessage | Payload)[]
}

/** The messages of a chat or a thread as they are shown. */
export interface ShownMessages extends PageLook {
  /** Those that are stored, oldest first, then the own ones that have not come back. */
  readonly messages: readonly ShownMessage[]
  /** Asks for a page of older ones; settles with it, and does nothing while one is on its way. */
  readonly loadOlder: () => Promise<void>
  /** Asks again for what has failed. */
  readonly retry: () => void
}

/** The messages of a place; its newest page is asked for as long as somebody listens. */
export function messagesOf(
  view: ChatView,
  { chat, thread }: Place,
  { pageSize = PAGE_SIZE, initial = [] }: MessagesOptions = {},
): Readable<ShownMessages> {
  const place = { chat: onlyChat(chat), thread }
  const pages = view.part(ChatPages)
  const known = initial.map((message) => toKnown(message as Payload))
  const merge = merger()
  const done = {
    loadOlder: () => pages.loadOlder(place, pageSize),
    retry: () => pages.retry(place),
  }
  const start: ShownMessages = {
    messages: known,
    status: known.length > 0 ? 'ready' : 'loading',
    hasOlder: false,
    isLoadingOlder: false,
    error: undefined,
    ...done,
  }
  const messages = derive([view.conversation, view.outbox, pages], start, () => {
    const look = pages.look(place)
    const stored = pages.messages(place)
    const isUnknown = look.status === 'loading' && stored.length < known.length
    const shown = merge(isUnknown ? known : stored, view.outbox.pendingOf(chat), thread)
    return { ...look, ...(isUnknown && { status: start.status }), messages: shown, ...done }
  })
  return whileRead(messages, () => pages.want(place, pageSize))
}

/** Puts pending messages behind stored ones; returns the same array for the same ones. */
function merger() {
  let last:
    | {
        stored: readonly KnownMessage[]
        pending: readonly PendingMessage[]
        merged: readonly ShownMessage[]
      }
    | undefined
  return (
    stored: readonly KnownMessage[],
    pending: readonly PendingMessage[],
    thread: number | undefined,
  ): readonly ShownMessage[] => {
    if (last?.stored !== stored || last.pending !== pending) {
      const own = thread === undefined ? pending : pending.filter((one) => one.thread === thread)
      last = { stored, pending, merged: own.length === 0 ? stored : [...stored, ...own] }
    }
    return last.merged
  }
}
