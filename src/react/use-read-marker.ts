'use client'

import type { ChatRef } from '../protocol/chat.ts'
import { Readings, type ShownReading } from '../view/reading.ts'
import { useChat } from './chatws-provider.tsx'
import { useTracked } from './use-readable.ts'

/**
 * Opens a chat as long as the component is there: what comes while its end is on the screen and the page is
 * looked at is read, and the line above what is unread stays where it is.
 */
export function useReadMarker(ref: ChatRef): ShownReading {
  return useTracked(useChat().part(Readings).of(ref).shown)
}
