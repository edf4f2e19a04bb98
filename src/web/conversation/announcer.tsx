import { useEffect, useEffectEvent, useState } from 'react'
import { chatKeyOf } from '../../protocol/chat.ts'
import { type ChatRef, useChat } from '../../react/react.ts'
import { previewOf } from '../chats/preview.ts'
import { useWords } from '../i18n/words.ts'

/** Nothing more is said for so long: who listens could not follow. */
const PACE_MS = 1_000

/**
 * Says what others write, as it comes, to those who hear the page. The list itself is silent: rows come and
 * go in it as it is scrolled, and none of that is news.
 */
export function Announcer({ chat }: { readonly chat: ChatRef }) {
  const words = useWords()
  const view = useChat()
  const [text, setText] = useState('')
  const key = chatKeyOf(chat)
  const say = useEffectEvent((waiting: readonly Parameters<typeof previewOf>[0][]) => {
    const [only] = waiting
    if (waiting.length !== 1 || !only) setText(words.messages.manyNew(waiting.length))
    else {
      const name = view.conversation.displayName(only.sender_id)
      setText(words.messages.spoken(name, previewOf(only, words)))
    }
  })
  useEffect(() => {
    let waiting: Parameters<typeof previewOf>[0][] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const next = () => {
      timer = undefined
      if (waiting.length === 0) return
      say(waiting)
      waiting = []
      timer = setTimeout(next, PACE_MS)
    }
    const hear = (payload: ChatRef & { readonly id: number; readonly sender_id: number }) => {
      if (chatKeyOf(payload) !== key || payload.sender_id === view.client.userId) return
      const message = view.conversation.message(payload, payload.id)
      if (!message || message.isBlocked) return
      waiting.push(message)
      timer ??= setTimeout(next, 0)
    }
    const ends = [view.client.on('message', hear), view.client.on('supportMessage', hear)]
    return () => {
      for (const end of ends) end()
      clearTimeout(timer)
    }
  }, [view, key])
  return (
    <div className="unseen" role="log" aria-live="polite" aria-label={words.messages.log}>
      {text}
    </div>
  )
}
