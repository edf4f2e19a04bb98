import { lazy, Suspense, useRef, useState } from 'react'
import { useClient, useUser } from '../../react/react.ts'
import { ChatList } from '../chats/chat-list.tsx'
import { useWords } from '../i18n/words.ts'
import { useSidebarItems } from '../panels/sidebar-items.ts'
import { Icon } from '../parts/icon.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { UserAvatar } from '../parts/user-avatar.tsx'

const Menu = lazy(async () => ({ default: (await import('../parts/menu.tsx')).Menu }))
const PeopleList = lazy(async () => ({
  default: (await import('../people/people-list.tsx')).PeopleList,
}))
const OpenChat = lazy(async () => ({ default: (await import('../chats/open-chat.tsx')).OpenChat }))
const SettingsDialog = lazy(async () => ({
  default: (await import('./settings-dialog.tsx')).SettingsDialog,
}))

interface SidebarProps {
  /** Whether a chat is open, which on a phone stands before it. */
  readonly isBehind: boolean
  readonly onSignOut: () => void
}

/** The user, the user's chats, and who is here. */
export function Sidebar({ isBehind, onSignOut }: SidebarProps) {
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
        <Suspense>
          <PeopleList />
        </Suspense>
      </nav>
      <Suspense>
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
              {
                icon: 'leave',
                label: words.signIn.signOut,
                isDangerous: true,
                onChoose: onSignOut,
              },
            ]}
          />
        )}
        {dialog === 'open' && <OpenChat onClose={close} />}
        {dialog === 'settings' && <SettingsDialog onClose={close} onSignOut={onSignOut} />}
      </Suspense>
    </div>
  )
}
