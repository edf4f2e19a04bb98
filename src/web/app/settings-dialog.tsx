import { type FormEvent, useId, useState } from 'react'
import { useClient, useUser } from '../../react/react.ts'
import { useWords } from '../i18n/words.ts'
import { NotifySetting } from '../notify/notify-setting.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { UserAvatar } from '../parts/user-avatar.tsx'
import { Preferences } from './preferences.tsx'

interface SettingsDialogProps {
  readonly onClose: () => void
  readonly onSignOut: () => void
}

/** What users are called, how the app looks, and the way out. */
export function SettingsDialog({ onClose, onSignOut }: SettingsDialogProps) {
  const words = useWords()
  const client = useClient()
  const { name } = useUser(client.userId)
  return (
    <Dialog title={words.app.settings} onClose={onClose}>
      <div className="stack">
        <div className="beside">
          <UserAvatar id={client.userId} />
          <p className="soft">{words.signIn.signedInAs(name)}</p>
        </div>
        <NameForm />
        <Preferences />
        <NotifySetting />
        <button type="button" className="button danger" onClick={onSignOut}>
          <Icon name="leave" />
          {words.signIn.signOut}
        </button>
      </div>
    </Dialog>
  )
}

function NameForm() {
  const words = useWords().settings
  const client = useClient()
  const known = client.names.find(client.userId)?.name ?? ''
  const [name, setName] = useState(known)
  const [outcome, setOutcome] = useState<{ text: string; isWrong: boolean }>()
  const [fieldId, outcomeId] = [useId(), useId()]
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await client.setProfile({ name: name.trim() === '' ? null : name.trim() })
      setOutcome({ text: words.saved, isWrong: false })
    } catch (error) {
      setOutcome({ text: (error as Error).message, isWrong: true })
    }
  }
  return (
    <form className="field" onSubmit={(event) => void submit(event)}>
      <label htmlFor={fieldId}>{words.name}</label>
      <div className="beside">
        <input
          id={fieldId}
          className="input"
          dir="auto"
          maxLength={64}
          autoComplete="nickname"
          value={name}
          aria-describedby={outcomeId}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button">
          {words.save}
        </button>
      </div>
      <span id={outcomeId} className={outcome?.isWrong ? 'wrong' : 'hint'} role="status">
        {outcome?.text ?? words.nameHint}
      </span>
    </form>
  )
}
