import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { chatKeyOf } from '../../protocol/chat.ts'
import { useClient, useConnection, useUser } from '../../react/react.ts'
import { ChatList } from '../chats/chat-list.tsx'
import { OpenChat } from '../chats/open-chat.tsx'
import { Conversation } from '../conversation/conversation.tsx'
import { useWords } from '../i18n/words.ts'
import { SidePanel } from '../panels/side-panel.tsx'
import { useSidebarItems } from '../panels/sidebar-items.ts'
import { Icon } from '../parts/icon.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Menu } from '../parts/menu.tsx'
import { UserAvatar } from '../parts/user-avatar.tsx'
import { PeopleList } from '../people/people-list.tsx'
import { ConfigContext } from './config-context.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { usePaneKeys } from './pane-keys.ts'
import { useRoute } from './route.ts'
import type { ServerConfig } from './server-config.ts'
import { SettingsDialog } from './settings-dialog.tsx'

interface WorkspaceProps {
  readonly config: ServerConfig
  /** The user leaves, or the server has ended the session, for a reason. */
  readonly onSignOut: (reason?: string) => void
}

/** What a user works in: the chats, and the one that is open. */
export function Workspace({ config, onSignOut }: WorkspaceProps) {
  const words = useWords()
  const { chat } = useRoute()
  usePaneKeys()
  useEnding(onSignOut)
  return (
    <ConfigContext value={config}>
      <div className="shell">
        <ConnectionBanner />
        <div className="panes">
          <Sidebar isBehind={chat !== undefined} onSignOut={() => onSignOut()} />
          {chat ? (
            <Conversation key={chatKeyOf(chat)} chat={chat} />
          ) : (
            <main className="pane" data-pane="chat" data-hidden="phone">
              <div className="empty">
                <Icon name="chat" />
                <h2>{words.chats.choose}</h2>
                <p>{words.chats.chooseHint}</p>
              </div>
            </main>
          )}
          <SidePanel />
        </div>
      </div>
    </ConfigContext>
  )
}

interface SidebarProps {
  /** Whether a chat is open, which on a phone stands before it. */
  readonly isBehind: boolean
  readonly onSignOut: () => void
}

function Sidebar({ isBehind, onSignOut }: SidebarProps) {
  const words = useWords()
  const { userId } = useClient()
  const { name } = useUser(userId)
  const [dialog, setDialog] = useState<'menu' | 'settings' | 'open'>()
  const menuButton = useRef<HTMLButtonElement>(null)
  const close = () => setDialog(undefined)
  const panels = useSidebarItems()
  return (
    <div className="pane" data-pane="chats" data-hidden={isBehind ? 'phone' : undefined}>
      <header className="pane-head">
        <UserAvatar id={userId} hasStatus />
        <h1 className="grow one-line" dir="auto">
          {name}
        </h1>
        <IconButton icon="plus" label={words.chats.start} onClick={() => setDialog('open')} />
        <button
          ref={menuButton}
          type="button"
          className="icon-button"
          aria-haspopup="menu"
          aria-expanded={dialog === 'menu'}
          aria-label={words.app.menu}
          title={words.app.menu}
          onClick={() => setDialog(dialog === 'menu' ? undefined : 'menu')}
        >
          <Icon name="more" />
        </button>
      </header>
      <nav className="pane-body" aria-label={words.chats.title}>
        <ChatList />
        <PeopleList />
      </nav>
      {dialog === 'menu' && (
        <Menu
          anchor={menuButton}
          label={words.app.menu}
          onClose={close}
          items={[
            ...panels,
            {
              icon: 'settings',
              label: words.app.settings,
              onChoose: () => setDialog('settings'),
            },
            { icon: 'leave', label: words.signIn.signOut, isDangerous: true, onChoose: onSignOut },
          ]}
        />
      )}
      {dialog === 'open' && <OpenChat onClose={close} />}
      {dialog === 'settings' && <SettingsDialog onClose={close} onSignOut={onSignOut} />}
    </div>
  )
}

/** Signs out where the server lets the user in no more. */
function useEnding(onSignOut: (reason?: string) => void): void {
  const words = useWords().signIn
  const { state, error } = useConnection()
  const end = useEffectEvent((why: string) => onSignOut(words.refused(why)))
  useEffect(() => {
    if (state === 'closed' && error) end(error.message)
  }, [state, error])
}
