import { useRef, useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { EmojiPopover } from './emoji-popover.tsx'

/** Picks an emoji to write. */
export function EmojiButton({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const words = useWords().composer
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  return (
    <>
      <IconButton
        ref={button}
        icon="emoji"
        label={words.emoji}
        aria-expanded={isOpen}
        onClick={() => setOpen(true)}
      />
      {isOpen && (
        <EmojiPopover
          anchor={button}
          onClose={() => setOpen(false)}
          onPick={(emoji) => {
            setOpen(false)
            onPick(emoji)
          }}
        />
      )}
    </>
  )
}
