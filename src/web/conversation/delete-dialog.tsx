import type { RefObject } from 'react'
import { type KnownMessage, useMessageActions } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import { Dialog } from '../parts/dialog.tsx'
import { useConversation } from './conversation-context.ts'

interface DeleteDialogProps {
  readonly message: KnownMessage
  readonly row: RefObject<HTMLElement | null>
  readonly onClose: () => void
}

/** Asks before a message is taken back. */
export function DeleteDialog({ message, row, onClose }: DeleteDialogProps) {
  const words = useWords()
  const { chat } = useConversation()
  const { remove } = useMessageActions(chat)
  return (
    <Dialog title={words.messages.delete} onClose={onClose}>
      <div className="stack">
        <p>{words.messages.deleteAsk}</p>
        <div className="beside end">
          <button type="button" className="button" onClick={onClose}>
            {words.app.cancel}
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              onClose()
              row.current?.focus()
              void remove(message.id).catch(() => {})
            }}
          >
            {words.messages.delete}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
