'use client'

import type { ChatRef } from '../protocol/chat.ts'
import { typistsText } from '../view/typists-text.ts'
import { useNames } from './use-people.ts'
import { useTyping } from './use-typing.ts'

export interface TypingIndicatorProps {
  readonly chat: ChatRef
  readonly className?: string | undefined
  readonly labels?: { readonly typing?: (names: readonly string[]) => string }
}

/** Says who types in a chat; screen readers are not told of it. */
export function TypingIndicator({ chat, className, labels = {} }: TypingIndicatorProps) {
  const names = useNames(useTyping(chat).typists)
  const { typing = typistsText } = labels
  return (
    <div className={className} aria-hidden="true">
      {names.length > 0 && typing(names)}
    </div>
  )
}
