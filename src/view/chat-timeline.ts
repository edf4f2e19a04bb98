import { type MessagesOptions, messagesOf, type ShownMessages } from './chat-messages.ts'
import type { Place } from './chat-pages.ts'
import type { ChatView } from './chat-view.ts'
import { derive, type Readable } from './readable.ts'
import { Readings } from './reading.ts'
import { Timeline, type TimelineItem, type TimelineOptions } from './timeline.ts'

/** The lines of a chat or a thread. */
export interface ShownTimeline extends Omit<ShownMessages, 'messages'> {
  readonly items: readonly TimelineItem[]
}

/** The messages of a place as lines, with days and, where the chat is open, what is unread between them. */
export function timelineOf(
  view: ChatView,
  place: Place,
  { groupMs, ...options }: MessagesOptions & Pick<TimelineOptions, 'groupMs'> = {},
): Readable<ShownTimeline> {
  const messages = messagesOf(view, place, options)
  const reading = view.part(Readings).of(place.chat)
  const grouped = groupMs === undefined ? {} : { groupMs }
  const timeline = new Timeline(grouped)
  const { messages: first, ...look } = messages.start
  const start = {
    ...look,
    items: new Timeline({ ...grouped, isUtc: true }).update(first, undefined),
  }
  const lines = derive<ShownTimeline>([messages, reading], start, () => {
    const { messages: shown, ...now } = messages.get()
    const unreadId = place.thread === undefined ? reading.firstUnreadId : undefined
    return { ...now, items: timeline.update(shown, unreadId) }
  })
  return lines
}
