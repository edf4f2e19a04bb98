import { type FormEvent, useId, useState } from 'react'
import { parseId } from '../app/session.ts'
import { useWords } from '../i18n/words.ts'

interface NumberFormProps {
  readonly label: string
  readonly action: string
  readonly hint?: string
  /** Whether it takes several, with commas. */
  readonly takesMany?: boolean
  /** Resolves to whether it was done, which empties the field. */
  readonly onSubmit: (ids: readonly number[]) => Promise<boolean>
}

/** A field for the number of a user or chat, with a button that does something with it. */
export function NumberForm({ label, action, hint, takesMany, onSubmit }: NumberFormProps) {
  const words = useWords()
  const [text, setText] = useState('')
  const [isWrong, setWrong] = useState(false)
  const [fieldId, hintId] = [useId(), useId()]
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const ids = parseIds(text)
    if (!ids || (!takesMany && ids.length > 1)) setWrong(true)
    else if (await onSubmit(ids)) setText('')
  }
  const wrong = takesMany ? words.panels.members.addWrong : words.chats.numberWrong
  const about = isWrong ? wrong : hint
  return (
    <form className="field" noValidate onSubmit={(event) => void submit(event)}>
      <label htmlFor={fieldId}>{label}</label>
      <div className="beside">
        <input
          id={fieldId}
          className="input"
          value={text}
          inputMode={takesMany ? 'text' : 'numeric'}
          aria-invalid={isWrong}
          aria-describedby={about === undefined ? undefined : hintId}
          onChange={(event) => {
            setText(event.target.value)
            setWrong(false)
          }}
        />
        <button type="submit" className="button">
          {action}
        </button>
      </div>
      {about !== undefined && (
        <span
          id={hintId}
          className={isWrong ? 'wrong' : 'hint'}
          role={isWrong ? 'alert' : undefined}
        >
          {about}
        </span>
      )}
    </form>
  )
}

/** The ids in a text, each once; undefined where it has none, or something else. */
function parseIds(text: string): readonly number[] | undefined {
  const ids = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(parseId)
  if (ids.length === 0 || ids.includes(undefined)) return undefined
  return [...new Set(ids as number[])]
}
