import { lazy, type RefObject, Suspense, useRef, useState } from 'react'
import { type KnownMessage, useReactions } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { useConversation } from './conversation-context.ts'

const EmojiPopover = lazy(async () => ({
  default: (await import('../emoji/emoji-popover.tsx')).EmojiPopover,
}))
const MessageMenu = lazy(async () => ({
  default: (await import('./message-menu.tsx')).MessageMenu,
}))
const DeleteDialog = lazy(async () => ({
  default: (await import('./delete-dialog.tsx')).DeleteDialog,
}))

interface MessageToolsProps {
  readonly message: KnownMessage
  /** The message's row, which has the focus again once something was done. */
  readonly row: RefObject<HTMLElement | null>
  readonly isStop: boolean
}

/** What can be done with a message: beside it, while it is pointed at or has the focus. */
export function MessageTools({ message, row, isStop }: MessageToolsProps) {
  const words = useWords().messages
  const { chat, reply } = useConversation()
  const { toggle } = useReactions(chat, message.id)
  const [open, setOpen] = useState<'emoji' | 'menu' | 'delete'>()
  const emojiButton = useRef<HTMLButtonElement>(null)
  const menuButton = useRef<HTMLButtonElement>(null)
  const tabIndex = isStop ? 0 : -1
  const close = () => setOpen(undefined)
  return (
    <div className="message-tools" data-open={open === undefined ? undefined : ''}>
      <IconButton
        ref={emojiButton}
        icon="emoji"
        label={words.react}
        tabIndex={tabIndex}
        aria-expanded={open === 'emoji'}
        onClick={() => setOpen('emoji')}
      />
      <IconButton
        icon="reply"
        label={words.reply}
        tabIndex={tabIndex}
        onClick={() => reply(message)}
      />
      <IconButton
        ref={menuButton}
        icon="more"
        label={words.actions}
        tabIndex={tabIndex}
        aria-haspopup="menu"
        aria-expanded={open === 'menu'}
        onClick={() => setOpen('menu')}
      />
      <Suspense>
        {open === 'emoji' && (
          <EmojiPopover
            anchor={emojiButton}
            hasQuick
            onClose={close}
            onPick={(emoji) => {
              close()
              toggle(emoji)
            }}
          />
        )}
        {open === 'menu' && (
          <MessageMenu
            message={message}
            anchor={menuButton}
            onClose={close}
            onDelete={() => setOpen('delete')}
          />
        )}
        {open === 'delete' && <DeleteDialog message={message} row={row} onClose={close} />}
      </Suspense>
    </div>
  )
}
