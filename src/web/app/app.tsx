import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { ChatwsProvider, createChat } from '../../react/react.ts'
import type { Words } from '../i18n/en.ts'
import { keepLanguage, type Language, loadWords, WordsContext } from '../i18n/words.ts'
import { clearKept, outboxStorage } from '../offline/outbox-storage.ts'
import { socketUrl } from './base-url.ts'
import { SessionContext } from './config-context.ts'
import type { ServerConfig } from './server-config.ts'
import { findSession, forgetSession, keepSession, type Session, storageOf } from './session.ts'
import { Workspace } from './workspace.tsx'

const SignIn = lazy(async () => ({ default: (await import('./sign-in.tsx')).SignIn }))

interface AppProps {
  readonly config: ServerConfig
  readonly initial: { readonly language: Language; readonly words: Words }
}

/** The whole app: who nobody knows signs in, everyone else gets their chats. */
export function App({ config, initial }: AppProps) {
  const [spoken, setSpoken] = useState(initial)
  const [open, setOpen] = useState(() => openChat(findSession()))
  const [endReason, setEndReason] = useState<string>()

  useEffect(() => {
    document.documentElement.lang = spoken.language
  }, [spoken.language])
  const language = useMemo(
    () => ({
      ...spoken,
      async choose(language: Language) {
        const words = await loadWords(language)
        keepLanguage(language)
        setSpoken({ language, words })
      },
    }),
    [spoken],
  )
  const signIn = (session: Session, isForDevice: boolean) => {
    keepSession(session, isForDevice)
    setEndReason(undefined)
    setOpen(openChat(session))
  }
  const signOut = (reason?: string) => {
    forgetSession()
    open?.chat.close()
    // Whose session has ended may sign in again, and then it is sent.
    if (reason === undefined) clearKept()
    setEndReason(reason)
    setOpen(undefined)
  }
  return (
    <WordsContext value={language}>
      {open ? (
        <ChatwsProvider chat={open.chat}>
          <SessionContext value={open.session}>
            <Workspace config={config} onSignOut={signOut} />
          </SessionContext>
        </ChatwsProvider>
      ) : (
        <Suspense>
          <SignIn config={config} reason={endReason} onSignIn={signIn} />
        </Suspense>
      )}
    </WordsContext>
  )
}

/** What the app shows of a session; it connects when it is shown. */
function openChat(session: Session | undefined) {
  if (!session) return undefined
  const outboxStore = outboxStorage(storageOf(), session.userId)
  return { session, chat: createChat({ url: socketUrl(), ...session, outboxStore }) }
}
