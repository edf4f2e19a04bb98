import { type FormEvent, useId, useState } from 'react'
import { useClient, useConnection } from '../../react/react.ts'
import { hrefOf } from '../app/route.ts'
import { parseId } from '../app/session.ts'
import { useWords } from '../i18n/words.ts'
import { Dialog } from '../parts/dialog.tsx'

/** Opens a chat by its number; where chats have members, makes one or writes to a user. */
export function OpenChat({ onClose }: { readonly onClose: () => void }) {
  const words = useWords().chats
  const client = useClient()
  const { hasMembers } = useConnection()
  const open = (id: number | undefined) => {
    if (id === undefined) return
    window.location.hash = hrefOf({ chat: { chat_id: id } })
    onClose()
  }
  return (
    <Dialog title={words.start} onClose={onClose}>
      <div className="stack">
        {hasMembers && (
          <>
            <OneField
              label={words.newTitle}
              action={words.make}
              onSubmit={async (title) => open((await client.createChat({ title })).id)}
            />
            <OneField
              label={words.userNumber}
              action={words.write}
              isNumber
              onSubmit={async (user) => open((await client.direct(Number(user))).id)}
            />
          </>
        )}
        <OneField
          label={words.number}
          action={words.open}
          isNumber
          onSubmit={async (id) => open(Number(id))}
        />
      </div>
    </Dialog>
  )
}

interface OneFieldProps {
  readonly label: string
  readonly action: string
  readonly isNumber?: boolean
  readonly onSubmit: (text: string) => Promise<void>
}

function OneField({ label, action, isNumber = false, onSubmit }: OneFieldProps) {
  const words = useWords().chats
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const [fieldId, problemId] = [useId(), useId()]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = text.trim()
    if (isNumber && parseId(wanted) === undefined) setProblem(words.numberWrong)
    else if (wanted !== '') onSubmit(wanted).catch((error: Error) => setProblem(error.message))
  }
  return (
    <form className="field" onSubmit={submit} noValidate>
      <label htmlFor={fieldId}>{label}</label>
      <div className="beside">
        <input
          id={fieldId}
          className="input"
          value={text}
          inputMode={isNumber ? 'numeric' : 'text'}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : problemId}
          onChange={(event) => {
            setText(event.target.value)
            setProblem(undefined)
          }}
        />
        <button type="submit" className="button">
          {action}
        </button>
      </div>
      {problem !== undefined && (
        <span id={problemId} className="wrong" role="alert">
          {problem}
        </span>
      )}
    </form>
  )
}
