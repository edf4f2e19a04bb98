import { lazy, type RefObject, Suspense, useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { Popover } from '../parts/popover.tsx'

/** Loaded when it is first opened: with the names of all emoji it is as large as the rest of the app. */
const EmojiPicker = lazy(async () => ({
  default: (await import('./emoji-picker.tsx')).EmojiPicker,
}))

/** What is felt most often. */
const QUICK = ['👍', '❤️', '😂', '🎉', '😮', '😢']

interface EmojiPopoverProps {
  readonly anchor: RefObject<HTMLElement | null>
  /** Whether the most frequent ones come first, for a reaction. */
  readonly hasQuick?: boolean
  readonly onPick: (emoji: string) => void
  readonly onClose: () => void
}

/** Picks an emoji: one of a few, or of all. */
export function EmojiPopover({ anchor, hasQuick = false, onPick, onClose }: EmojiPopoverProps) {
  const words = useWords()
  const [isWhole, setWhole] = useState(!hasQuick)
  return (
    <Popover
      anchor={anchor}
      label={words.emoji.title}
      role="dialog"
      className={isWhole ? 'emoji-popover' : 'quick-emoji'}
      onClose={onClose}
    >
      {isWhole ? (
        <Suspense fallback={<p className="soft padded">{words.emoji.loading}</p>}>
          <EmojiPicker onPick={onPick} />
        </Suspense>
      ) : (
        <>
          {QUICK.map((emoji) => (
            <button
              key={emoji}
              type="button"
              className="icon-button emoji"
              aria-label={words.messages.reactWith(emoji)}
              onClick={() => onPick(emoji)}
            >
              {emoji}
            </button>
          ))}
          <IconButton icon="plus" label={words.emoji.all} onClick={() => setWhole(true)} />
        </>
      )}
    </Popover>
  )
}
