import { useWords } from '../i18n/words.ts'
import { Dialog } from '../parts/dialog.tsx'

interface ConfirmProps {
  readonly title: string
  readonly text: string
  readonly action: string
  readonly onConfirm: () => void
  readonly onCancel: () => void
}

/** Asks before something is done that is not easily undone. */
export function Confirm({ title, text, action, onConfirm, onCancel }: ConfirmProps) {
  const words = useWords().app
  return (
    <Dialog title={title} onClose={onCancel}>
      <div className="stack">
        <p dir="auto">{text}</p>
        <div className="tools">
          <button type="button" className="button" onClick={onCancel}>
            {words.cancel}
          </button>
          <button type="button" className="button danger" onClick={onConfirm}>
            {action}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
