import { type RefObject, useEffect, useEffectEvent, useState } from 'react'
import type { ChatRef, TimelineItem } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import type { VirtualListHandle } from '../list/virtual-list.tsx'
import { useJump } from './use-jump.ts'

/** How long the message that was gone to is marked. */
const MARK_MS = 2_000

interface Wanted {
  readonly chat: ChatRef
  readonly messageId: number | undefined
  readonly list: RefObject<VirtualListHandle | null>
}

interface FoundRow {
  /** The row that is marked. */
  readonly foundKey: string | undefined
  /** What is to be said of the way there. */
  readonly notice: string | undefined
}

/** Goes to the message that the address names, reading the past for it, and marks it for a while. */
export function useFoundRow(
  items: readonly TimelineItem[],
  { chat, messageId, list }: Wanted,
): FoundRow {
  const words = useWords().messages
  const jump = useJump(chat, messageId)
  const [foundKey, setFoundKey] = useState<string>()
  const isThere = items.some((item) => item.type === 'message' && item.message.id === messageId)
  const show = useEffectEvent(() => {
    const item = items.find((one) => one.type === 'message' && one.message.id === messageId)
    if (!item) return
    list.current?.scrollToKey(item.key, 'center')
    setFoundKey(item.key)
  })
  useEffect(() => {
    if (jump !== 'found' || !isThere || messageId === undefined) return undefined
    show()
    const timer = setTimeout(() => setFoundKey(undefined), MARK_MS)
    return () => clearTimeout(timer)
  }, [jump, isThere, messageId])
  const notices = { searching: words.searching, missing: words.notFound }
  return { foundKey, notice: jump === 'none' || jump === 'found' ? undefined : notices[jump] }
}
