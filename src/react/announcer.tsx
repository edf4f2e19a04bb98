'use client'

import { useEffect, useState } from 'react'
import type { ChatRef } from '../protocol/chat.ts'
import { followNews } from '../view/news.ts'
import { useChat } from './chatws-provider.tsx'
import { useSameChat } from './use-readable.ts'

export interface AnnouncerProps {
  readonly chat: ChatRef
  readonly labels?: {
    readonly one?: (name: string, content: string) => string
    readonly many?: (count: number) => string
  }
}

/** How often something is said at most. */
const EVERY_MS = 1_000

/** What screen readers hear of a long message. */
const MAX_SAID = 300

const sayOne = (name: string, content: string) => `${name}: ${content}`
const sayMany = (count: number) => `${count} new messages`

/** Seen by nobody, and read by screen readers. */
const HIDDEN = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  margin: '-1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
}

/** Hides an element; a `style` that comes from a server is what a page without 'unsafe-inline' refuses. */
function hide(element: HTMLElement | null): void {
  if (element) Object.assign(element.style, HIDDEN)
}

/** Tells screen readers, politely, of messages that come to a chat: one by itself, more as their number. */
export function Announcer({ chat: ref, labels }: AnnouncerProps) {
  const view = useChat()
  const chat = useSameChat(ref)
  const [said, setSaid] = useState({ id: 0, text: '' })
  const { one = sayOne, many = sayMany } = labels ?? {}
  useEffect(
    () =>
      followNews(view, chat, {
        everyMs: EVERY_MS,
        tell: ({ message, count }) => {
          const name = view.conversation.displayName(message.sender_id)
          const text = count > 1 ? many(count) : one(name, message.content.slice(0, MAX_SAID))
          setSaid(({ id }) => ({ id: id + 1, text }))
        },
      }),
    [view, chat, one, many],
  )
  return (
    <div role="log" aria-live="polite" ref={hide}>
      <p key={said.id}>{said.text}</p>
    </div>
  )
}
