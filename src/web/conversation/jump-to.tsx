import { type RefObject, useEffect, useEffectEvent } from 'react'
import type { ChatRef, TimelineItem } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import type { VirtualListHandle } from '../list/virtual-list.tsx'
import { useJump } from './use-jump.ts'

/** How long the message that was gone to is marked. */
const MARK_MS = 2_000

interface JumpToProps {
  readonly chat: ChatRef
  readonly messageId: number
  readonly items: readonly TimelineItem[]
  readonly list: RefObject<VirtualListHandle | null>
  /** The row to mark, or none any more. */
  readonly onFound: (key: string | undefined) => void
}

/** Goes to the message that the address names, reading the past for it, and has it marked for a while. */
export function JumpTo({ chat, messageId, items, list, onFound }: JumpToProps) {
  const words = useWords().messages
  const jump = useJump(chat, messageId)
  const isThere = items.some((item) => item.type === 'message' && item.message.id === messageId)
  const show = useEffectEvent(() => {
    const item = items.find((one) => one.type === 'message' && one.message.id === messageId)
    if (!item) return
    list.current?.scrollToKey(item.key, 'center')
    onFound(item.key)
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another message is gone to anew
  useEffect(() => {
    if (jump !== 'found' || !isThere) return undefined
    show()
    const timer = setTimeout(() => onFound(undefined), MARK_MS)
    return () => {
      clearTimeout(timer)
      onFound(undefined)
    }
  }, [jump, isThere, messageId, onFound])
  if (jump === 'found') return null
  return (
    <p className="jump-notice card" role="status">
      {jump === 'missing' ? words.notFound : words.searching}
    </p>
  )
}
