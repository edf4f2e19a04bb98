import { useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { Icon } from '../parts/icon.tsx'

/** Lets the user ask for notifications: the browser asks back, and only then. */
export function NotifySetting() {
  const words = useWords().panels.notify
  const [permission, setPermission] = useState(() =>
    'Notification' in window ? Notification.permission : undefined,
  )
  if (permission === undefined) return null
  const ask = async () => setPermission(await Notification.requestPermission())
  return (
    <div className="field">
      <span className="label">{words.title}</span>
      {permission === 'default' && (
        <button type="button" className="button" onClick={() => void ask()}>
          <Icon name="bell" />
          {words.ask}
        </button>
      )}
      <span className="hint" role="status">
        {words[permission]}
      </span>
    </div>
  )
}
