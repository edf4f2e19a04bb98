import { useEffect, useState, useSyncExternalStore } from 'react'
import { createChatClient } from '../../client/browser.ts'
import { useWords } from '../i18n/words.ts'
import { Avatar } from '../parts/avatar.tsx'
import { Icon } from '../parts/icon.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { socketUrl } from './base-url.ts'
import { usePaneKeys } from './pane-keys.ts'
import { useRoute } from './route.ts'
import type { ServerConfig } from './server-config.ts'
import type { Session } from './session.ts'

interface WorkspaceProps {
  readonly session: Session
  readonly config: ServerConfig
  /** The user leaves, or the server has ended the session, for a reason. */
  readonly onSignOut: (reason?: string) => void
}

/** What a user works in: the chats, and the one that is open. */
export function Workspace({ session, onSignOut }: WorkspaceProps) {
  const words = useWords()
  const route = useRoute()
  usePaneKeys()
  const [client] = useState(() => createChatClient({ url: socketUrl(), ...session }))
  const status = useSyncExternalStore(
    (listener) => client.on('status', listener),
    () => client.status,
  )
  useEffect(() => {
    client.connect()
    return () => client.close()
  }, [client])
  return (
    <div className="shell">
      {status.state !== 'open' && (
        <p className="banner" role="status">
          {words.connection.connecting}
        </p>
      )}
      <div className="panes">
        <nav
          className="pane"
          data-pane="chats"
          data-hidden={route.chat ? 'phone' : undefined}
          aria-label={words.chats.title}
        >
          <header className="pane-head">
            <Avatar id={session.userId} name={String(session.userId)} isSmall />
            <h1 className="grow">{words.chats.title}</h1>
            <IconButton icon="leave" label={words.signIn.signOut} onClick={() => onSignOut()} />
          </header>
        </nav>
        <main className="pane" data-pane="chat" data-hidden={route.chat ? undefined : 'phone'}>
          <div className="empty">
            <Icon name="chat" />
            <h2>{words.chats.choose}</h2>
            <p>{words.chats.chooseHint}</p>
          </div>
        </main>
      </div>
    </div>
  )
}
