import { lazy, Suspense, useEffect, useEffectEvent } from 'react'
import { chatKeyOf } from '../../protocol/chat.ts'
import { useConnection } from '../../react/react.ts'
import { Conversation } from '../conversation/conversation.tsx'
import { useWords } from '../i18n/words.ts'
import { SidePanel } from '../panels/side-panel.tsx'
import { Icon } from '../parts/icon.tsx'
import { ConfigContext } from './config-context.ts'
import { useRoute } from './route.ts'
import type { ServerConfig } from './server-config.ts'

/** Loaded beside the chat that is open, whose messages are there first. */
const ConnectionBanner = lazy(async () => ({
  default: (await import('./connection-banner.tsx')).ConnectionBanner,
}))
const Sidebar = lazy(async () => ({ default: (await import('./sidebar.tsx')).Sidebar }))

/** Nothing that can be seen waits for it. */
const Notifier = lazy(async () => ({ default: (await import('../notify/notifier.tsx')).Notifier }))

interface WorkspaceProps {
  readonly config: ServerConfig
  /** The user leaves, or the server has ended the session, for a reason. */
  readonly onSignOut: (reason?: string) => void
}

/** What a user works in: the chats, and the one that is open. */
export function Workspace({ config, onSignOut }: WorkspaceProps) {
  const words = useWords()
  const { chat, messageId } = useRoute()
  usePaneKeys()
  useEnding(onSignOut)
  return (
    <ConfigContext value={config}>
      <div className="shell">
        <Suspense>
          <ConnectionBanner />
        </Suspense>
        <div className="panes">
          <Suspense fallback={<div className="pane" data-hidden={chat ? 'phone' : undefined} />}>
            <Sidebar isBehind={chat !== undefined} onSignOut={() => onSignOut()} />
          </Suspense>
          {chat ? (
            <Conversation key={chatKeyOf(chat)} chat={chat} messageId={messageId} />
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
        <Suspense>
          <Notifier />
        </Suspense>
      </div>
    </ConfigContext>
  )
}

/** Nobody presses such a key before the page is there. */
function usePaneKeys(): void {
  useEffect(() => {
    const end = import('./pane-keys.ts').then(({ watchPaneKeys }) => watchPaneKeys())
    return () => void end.then((stop) => stop())
  }, [])
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
