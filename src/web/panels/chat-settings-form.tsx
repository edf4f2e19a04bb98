import { type FormEvent, type ReactNode, useId, useState } from 'react'
import type { ShownMembers } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import type { Act } from './use-act.ts'

const DAY_S = 86_400

interface ChatSettingsFormProps extends Pick<Act, 'act'>, Pick<ShownMembers, 'change'> {
  readonly settings: NonNullable<ShownMembers['settings']>
  /** Owners may change all of it, moderators the title and the pace. */
  readonly isOwner: boolean
}

/** What a chat is called and how it is set, for those who may change it. */
export function ChatSettingsForm({ settings, isOwner, act, change }: ChatSettingsFormProps) {
  const words = useWords().panels.members
  const [isSaved, setSaved] = useState(false)
  const days = settings.retention === undefined ? '' : String(settings.retention / DAY_S)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const kept = text('retention')
    const ofOwner = isOwner && {
      visibility: text('visibility') as 'public' | 'private',
      history: text('history') as 'all' | 'since_join',
      retention: kept === '' ? null : Math.round(Number(kept) * DAY_S),
    }
    const title = text('title') || null
    const wanted = { title, slow_mode: Number(text('slow')), ...ofOwner }
    setSaved(await act(() => change(wanted)))
  }
  return (
    <details className="settings" onChange={() => setSaved(false)}>
      <summary>{words.settings}</summary>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Labelled label={words.chatTitle}>
          {(id) => (
            <input
              id={id}
              name="title"
              className="input"
              dir="auto"
              maxLength={200}
              defaultValue={settings.title}
            />
          )}
        </Labelled>
        <Labelled label={words.slowMode}>
          {(id) => (
            <input
              id={id}
              name="slow"
              className="input"
              type="number"
              min={0}
              max={DAY_S}
              defaultValue={settings.slow_mode ?? 0}
            />
          )}
        </Labelled>
        {isOwner && (
          <>
            <Choice
              label={words.visibility}
              name="visibility"
              value={settings.visibility}
              options={words.visibilities}
            />
            <Choice
              label={words.history}
              name="history"
              value={settings.history}
              options={words.histories}
            />
            <Labelled label={words.retention}>
              {(id) => (
                <input
                  id={id}
                  name="retention"
                  className="input"
                  type="number"
                  min={1}
                  max={3650}
                  step="any"
                  defaultValue={days}
                />
              )}
            </Labelled>
          </>
        )}
        <div className="beside">
          <button type="submit" className="button">
            {words.save}
          </button>
          <span role="status" className="soft">
            {isSaved && words.saved}
          </span>
        </div>
      </form>
    </details>
  )
}

interface LabelledProps {
  readonly label: string
  readonly children: (id: string) => ReactNode
}

function Labelled({ label, children }: LabelledProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly name: string
  readonly value: string
  /** Value → what it is called. */
  readonly options: Readonly<Record<string, string>>
}

function Choice({ label, name, value, options }: ChoiceProps) {
  return (
    <Labelled label={label}>
      {(id) => (
        <select id={id} name={name} className="input" defaultValue={value}>
          {Object.entries(options).map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  )
}
