'use client'

import { useEffect } from 'react'
import { Announcements, type ShownAnnouncements } from '../view/announcements.ts'
import { IdleWatch } from '../view/idle-watch.ts'
import { Lag } from '../view/lag.ts'
import { useChat } from './chatws-provider.tsx'
import { useReadable, useTracked } from './use-readable.ts'

/** What shows that somebody is there. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'] as const

/** Tells the others when the user has not touched the page for a while, and when they are back; 5 minutes unless given. */
export function useActivity({
  idleAfterMs = 300_000,
}: {
  readonly idleAfterMs?: number
} = {}): void {
  const { client } = useChat()
  useEffect(() => {
    const watch = new IdleWatch(idleAfterMs, client.setActivity)
    const touch = () => watch.touch()
    for (const sign of SIGNS) addEventListener(sign, touch, { capture: true, passive: true })
    return () => {
      for (const sign of SIGNS) removeEventListener(sign, touch, { capture: true })
      watch.close()
    }
  }, [client, idleAfterMs])
}

/** How long an answer of the server takes, in milliseconds; measured every 15 s while the component is there. */
export function useLag(): number | undefined {
  return useReadable(useChat().part(Lag).ms)
}

/** What whoever runs the server has said since the first component asked. */
export function useAnnouncements(): ShownAnnouncements {
  return useTracked(useChat().part(Announcements))
}
