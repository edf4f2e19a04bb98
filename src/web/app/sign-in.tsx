import { type FormEvent, useId, useState } from 'react'
import { useWords } from '../i18n/words.ts'
import { Logo } from '../parts/logo.tsx'
import { Preferences } from './preferences.tsx'
import type { ServerConfig } from './server-config.ts'
import { parseId, type Session, userOfToken } from './session.ts'

interface SignInProps {
  readonly config: ServerConfig
  /** Why the last session ended, in words. */
  readonly reason?: string | undefined
  readonly onSignIn: (session: Session, isForDevice: boolean) => void
}

/** Asks who the user is: a number where access is open, a token or the operator's page elsewhere. */
export function SignIn({ config, reason, onSignIn }: SignInProps) {
  const words = useWords().signIn
  const mustHaveToken = config.auth === 'jwt'
  const [usesToken, setUsesToken] = useState(mustHaveToken)
  return (
    <main className="sign-in">
      <div className="card">
        <div>
          <h1>
            <Logo />
            chatws
          </h1>
          <p className="soft">{words.intro}</p>
        </div>
        {reason !== undefined && (
          <p className="notice" role="alert">
            {reason}
          </p>
        )}
        {config.loginUrl !== undefined && (
          <a className="button primary" href={config.loginUrl} referrerPolicy="no-referrer">
            {words.elsewhere}
          </a>
        )}
        <SignInForm key={String(usesToken)} usesToken={usesToken} onSignIn={onSignIn} />
        {!mustHaveToken && (
          <button type="button" className="button small" onClick={() => setUsesToken(!usesToken)}>
            {usesToken ? words.withoutToken : words.withToken}
          </button>
        )}
        <Preferences />
      </div>
    </main>
  )
}

interface SignInFormProps extends Pick<SignInProps, 'onSignIn'> {
  readonly usesToken: boolean
}

function SignInForm({ usesToken, onSignIn }: SignInFormProps) {
  const words = useWords().signIn
  const [text, setText] = useState('')
  const [isForDevice, setForDevice] = useState(false)
  const [isWrong, setWrong] = useState(false)
  const [fieldId, hintId] = [useId(), useId()]

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const userId = usesToken ? userOfToken(text) : parseId(text)
    if (userId === undefined) {
      setWrong(true)
      document.getElementById(fieldId)?.focus()
    } else onSignIn(usesToken ? { userId, token: text.trim() } : { userId }, isForDevice)
  }
  const wrong = usesToken ? words.tokenWrong : words.userIdWrong
  const hint = usesToken ? words.tokenHint : words.userIdHint
  return (
    <form onSubmit={submit} noValidate>
      <div className="field">
        <label htmlFor={fieldId}>{usesToken ? words.token : words.userId}</label>
        <input
          id={fieldId}
          className="input"
          // A page whose only purpose is this field.
          // biome-ignore lint/a11y/noAutofocus: nothing stands before it that would be missed
          autoFocus
          autoComplete={usesToken ? 'off' : 'username'}
          inputMode={usesToken ? 'text' : 'numeric'}
          spellCheck={false}
          value={text}
          aria-invalid={isWrong}
          aria-describedby={hintId}
          onChange={(event) => {
            setText(event.target.value)
            setWrong(false)
          }}
        />
        <span
          id={hintId}
          className={isWrong ? 'wrong' : 'hint'}
          role={isWrong ? 'alert' : undefined}
        >
          {isWrong ? wrong : hint}
        </span>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={isForDevice}
          onChange={(event) => setForDevice(event.target.checked)}
        />
        {words.keep}
      </label>
      <button type="submit" className="button primary">
        {words.submit}
      </button>
    </form>
  )
}
