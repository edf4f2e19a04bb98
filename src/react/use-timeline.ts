'use client'

import { useMemo } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import type { MessagesOptions } from '../view/chat-messages.ts'
import { type ShownTimeline, timelineOf } from '../view/chat-timeline.ts'
import type { TimelineOptions } from '../view/timeline.ts'
import { useChat } from './chatws-provider.tsx'
import { useMessagesOptions, usePlace } from './use-place.ts'
import { useTracked } from './use-readable.ts'

/** How a timeline is shown, and of what. */
export interface UseTimelineOptions extends MessagesOptions, Pick<TimelineOptions, 'groupMs'> {
  /** Only the thread that begins with this message. */
  readonly thread?: number
}

/** The messages of a chat as lines: days and what is unread between them, those of one user in a row together. */
export function useTimeline(ref: ChatRef, options: UseTimelineOptions = {}): ShownTimeline {
  const view = useChat()
  const { groupMs, thread } = options
  const place = usePlace(ref, thread)
  const shown = useMessagesOptions(options)
  const timeline = useMemo(
    () => timelineOf(view, place, { ...shown, ...(groupMs !== undefined && { groupMs }) }),
    [view, place, shown, groupMs],
  )
  return useTracked(timeline)
}
