import { useEffect, useMemo, useState } from 'react'
import type { Words } from '../i18n/en.ts'
import { keepLanguage, type Language, loadWords, WordsContext } from '../i18n/words.ts'
import type { ServerConfig } from './server-config.ts'
import { findSession, forgetSession, keepSession, type Session } from './session.ts'
import { SignIn } from './sign-in.tsx'
import { Workspace } from './workspace.tsx'

interface AppProps {
  readonly config: ServerConfig
  readonly initial: { readonly language: Language; readonly words: Words }
}

/** The whole app: who nobody knows signs in, everyone else gets their chats. */
export function App({ config, initial }: AppProps) {
  const [spoken, setSpoken] = useState(initial)
  const [session, setSession] = useState(findSession)
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
  const signIn = (chosen: Session, isForDevice: boolean) => {
    keepSession(chosen, isForDevice)
    setEndReason(undefined)
    setSession(chosen)
  }
  const signOut = (reason?: string) => {
    forgetSession()
    setEndReason(reason)
    setSession(undefined)
  }
  return (
    <WordsContext value={language}>
      {session ? (
        <Workspace
          key={`${session.userId} ${session.token}`}
          session={session}
          config={config}
          onSignOut={signOut}
        />
      ) : (
        <SignIn config={config} reason={endReason} onSignIn={signIn} />
      )}
    </WordsContext>
  )
}
