import { type ClipboardEvent, type Ref, type RefObject, useImperativeHandle, useRef } from 'react'
import { type ChatRef, useChat, useChatRow } from '../../react/react.ts'
import { useReadable } from '../../react/use-readable.ts'
import { Composers } from '../../view/composer.ts'
import { useConfig } from '../app/config-context.ts'
import type { ComposerHandle } from '../conversation/conversation-context.ts'
import { EmojiButton } from '../emoji/emoji-button.tsx'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { CompletionList } from './completion-list.tsx'
import { ComposerBanner } from './composer-banner.tsx'
import { ComposerField } from './composer-field.tsx'
import { FileButtons } from './file-buttons.tsx'
import { UploadList } from './upload-list.tsx'
import { useFileDrop } from './use-file-drop.ts'
import { useFileIntake } from './use-file-intake.ts'

interface ComposerProps {
  readonly chat: ChatRef
  /** The message whose thread is written to. */
  readonly thread?: number
  /** Where files can be dropped. */
  readonly dropZone: RefObject<HTMLElement | null>
  readonly ref?: Ref<ComposerHandle>
  readonly onSent?: () => void
}

/** Where messages are written, answered and changed, with files and emoji. */
export function Composer({ chat, thread, dropZone, ref, onSent }: ComposerProps) {
  const words = useWords().composer
  const { title, role } = useChatRow(chat)
  const { uploads } = useConfig()
  const composer = useChat().part(Composers).of({ chat, thread })
  const { canSend, attachments, completion, editing, error } = useReadable(composer)
  const intake = useFileIntake(composer.uploads)
  const isOver = useFileDrop(dropZone, uploads ? intake.add : undefined)
  const field = useRef<HTMLTextAreaElement>(null)
  const focus = () => field.current?.focus()
  useImperativeHandle(ref, () => ({
    reply(message) {
      composer.reply(message)
      focus()
    },
    edit(message) {
      composer.edit(message)
      focus()
    },
    focus,
  }))

  const submit = () => {
    if (composer.submit()) onSent?.()
  }
  const onPaste = (event: ClipboardEvent) => {
    const files = Array.from(event.clipboardData.files)
    if (!uploads || files.length === 0) return
    event.preventDefault()
    intake.add(files)
  }
  if (role === 'reader') return <p className="composer soft">{words.readOnly}</p>
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
      onPaste={onPaste}
    >
      {completion && (
        <CompletionList completion={completion} onAccept={composer.acceptCompletion} />
      )}
      <ComposerBanner composer={composer} />
      {[...intake.problems, ...(error ? [words.refused(error.message)] : [])].map((problem) => (
        <p key={problem} className="notice" role="alert">
          {problem}
        </p>
      ))}
      <UploadList items={attachments} queue={composer.uploads} />
      <div className="composer-row">
        {uploads && !editing && <FileButtons types={uploads.types} onFiles={intake.add} />}
        <ComposerField
          ref={field}
          composer={composer}
          label={words.placeholder(title)}
          onSubmit={submit}
        />
        <EmojiButton
          onPick={(emoji) => {
            composer.insert(emoji)
            focus()
          }}
        />
        <IconButton
          type="submit"
          className="primary"
          icon={editing ? 'check' : 'send'}
          label={editing ? words.save : words.send}
          disabled={!canSend}
        />
      </div>
      {isOver && <div className="drop-here">{words.dropHere}</div>}
    </form>
  )
}
