import { useId } from 'react'
import { type ChatRef, useChatRow, useClient } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import type { Act } from './use-act.ts'

const KINDS = ['all', 'mentions', 'none'] as const

interface NotifyChoiceProps extends Pick<Act, 'act'> {
  readonly chat: ChatRef
}

/** Of which messages of a chat the user is told by sound or sign, on all devices. */
export function NotifyChoice({ chat, act }: NotifyChoiceProps) {
  const words = useWords().panels.members
  const client = useClient()
  const { notify } = useChatRow(chat)
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{words.notify}</label>
      <select
        id={id}
        className="input"
        value={notify}
        onChange={(event) => {
          const chosen = event.target.value as (typeof KINDS)[number]
          void act(() => client.setChatSettings(chat, { notify: chosen }))
        }}
      >
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {words.notifies[kind]}
          </option>
        ))}
      </select>
    </div>
  )
}
