import type { RefObject } from 'react'
import { type KnownMessage, useClient } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import { Menu, type MenuItem } from '../parts/menu.tsx'
import { useConversation } from './conversation-context.ts'

interface MessageMenuProps {
  readonly message: KnownMessage
  readonly anchor: RefObject<HTMLElement | null>
  readonly onClose: () => void
  readonly onDelete: () => void
}

/** What else can be done with a message. */
export function MessageMenu({ message, anchor, onClose, onDelete }: MessageMenuProps) {
  const words = useWords().messages
  const { reply, edit } = useConversation()
  const { userId } = useClient()
  const isOwn = message.sender_id === userId
  const items: MenuItem[] = [
    { icon: 'reply', label: words.reply, onChoose: () => reply(message) },
    {
      icon: 'copy',
      label: words.copy,
      onChoose: () => void navigator.clipboard.writeText(message.content),
    },
  ]
  if (isOwn) items.push({ icon: 'edit', label: words.edit, onChoose: () => edit(message) })
  if (isOwn)
    items.push({ icon: 'trash', label: words.delete, isDangerous: true, onChoose: onDelete })
  return <Menu anchor={anchor} label={words.actions} items={items} onClose={onClose} />
}
