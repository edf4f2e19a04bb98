import { useEffect, useRef } from 'react'
import type { ChosenCompletion } from '../../view/composer.ts'
import { useWords } from '../i18n/words.ts'
import { UserAvatar } from '../parts/user-avatar.tsx'

export const COMPLETION_LIST_ID = 'composer-completions'

/** What the field calls the way to complete it that is chosen. */
export function completionId(index: number): string {
  return `${COMPLETION_LIST_ID}-${index}`
}

interface CompletionListProps {
  readonly completion: ChosenCompletion
  readonly onAccept: (index: number) => void
}

/** The ways to complete the word that is being written. The focus stays in the field. */
export function CompletionList({ completion, onAccept }: CompletionListProps) {
  const words = useWords().composer
  const { candidates, index } = completion
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' })
  }, [index])
  return (
    <div
      ref={list}
      id={COMPLETION_LIST_ID}
      className="menu completions"
      role="listbox"
      aria-label={words.suggestions}
    >
      {candidates.map(({ text, label, userId }, i) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus, and names the chosen one
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field's keys do the same
        <div
          key={`${text} ${label}`}
          id={completionId(i)}
          role="option"
          aria-selected={i === index}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onAccept(i)}
        >
          {userId !== undefined && <UserAvatar id={userId} isSmall hasStatus />}
          <span className="one-line" dir="auto">
            {label}
          </span>
        </div>
      ))}
    </div>
  )
}
