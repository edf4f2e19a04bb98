import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { type ChatRef, useSend, useTyping } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import { IconButton } from '../parts/icon-button.tsx'

interface ReplyComposerProps {
  readonly chat: ChatRef
  /** The message whose thread it writes to. */
  readonly thread?: number
  readonly label: string
  /** Takes the focus when this becomes true. */
  readonly isFocused?: boolean
}

/** A field for a short text, which Enter sends. */
export function ReplyComposer({ chat, thread, label, isFocused }: ReplyComposerProps) {
  const words = useWords().panels.thread
  const [text, setText] = useState('')
  const { send } = useSend(chat, thread === undefined ? {} : { thread })
  const { typed } = useTyping(chat)
  const field = useRef<HTMLTextAreaElement>(null)
  const fieldId = useId()
  useEffect(() => {
    if (isFocused) field.current?.focus()
  }, [isFocused])
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    if (text.trim() === '') return
    setText('')
    // What is refused is shown beside the message.
    void send(text.trim())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    submit()
  }
  return (
    <form className="thread-composer" onSubmit={submit}>
      <div className="beside">
        <label className="unseen" htmlFor={fieldId}>
          {label}
        </label>
        <textarea
          ref={field}
          id={fieldId}
          className="input"
          rows={1}
          dir="auto"
          data-pane-stop=""
          placeholder={label}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            typed(event.target.value)
          }}
          onKeyDown={onKeyDown}
        />
        <IconButton
          type="submit"
          icon="send"
          className="primary"
          label={words.send}
          disabled={text.trim() === ''}
        />
      </div>
    </form>
  )
}
