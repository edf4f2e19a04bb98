import { useEffect, useEffectEvent, useState } from 'react'
import { type ChatRef, useChat } from '../../react/react.ts'

/** Messages that are asked for at once on the way to an old one. */
const PAGE = 500

/** So many pages are read for one jump: 50,000 messages. */
const MAX_PAGES = 100

/** How a jump to a message stands. */
export type Jump = 'searching' | 'found' | 'missing'

/** Reads the past of a chat back to a message, if it is not known yet. */
export function useJump(chat: ChatRef, messageId: number): Jump {
  const { client, conversation } = useChat()
  const [jump, setJump] = useState<{ id: number; state: Jump }>()
  const isKnown = conversation.message(chat, messageId) !== undefined
  const read = useEffectEvent(async (id: number, signal: AbortSignal) => {
    setJump({ id, state: 'searching' })
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const [oldest] = conversation.messages(chat)
      const isPast = oldest !== undefined && oldest.id < id
      if (conversation.messages(chat).some((message) => message.id === id)) break
      if (isPast || conversation.chat(chat).hasMore === false) {
        setJump({ id, state: 'missing' })
        return
      }
      const before = oldest && { before: oldest.id }
      await client.history({ ...chat, ...before, limit: PAGE }, { signal })
    }
    setJump({ id, state: 'found' })
  })
  useEffect(() => {
    const abort = new AbortController()
    read(messageId, abort.signal).catch(() => {
      if (!abort.signal.aborted) setJump({ id: messageId, state: 'missing' })
    })
    return () => abort.abort()
  }, [messageId])
  if (jump?.id === messageId) return jump.state
  return isKnown ? 'found' : 'searching'
}
