import { type ReactNode, useId } from 'react'
import { LANGUAGES, type Language, useLanguage, useWords } from '../i18n/words.ts'
import { setTheme, THEMES, type Theme, useTheme } from './theme.ts'

/** How the app looks and which language it speaks, on this device. */
export function Preferences() {
  const words = useWords().app
  const { language, choose } = useLanguage()
  const theme = useTheme()
  return (
    <div className="preferences">
      <Choice
        label={words.language}
        value={language}
        onChoose={(value) => void choose(value as Language)}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </Choice>
      <Choice label={words.theme} value={theme} onChoose={(value) => setTheme(value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {words.themes[name]}
          </option>
        ))}
      </Choice>
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly onChoose: (value: string) => void
  readonly children: ReactNode
}

function Choice({ label, value, onChoose, children }: ChoiceProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value}
        onChange={(event) => onChoose(event.target.value)}
      >
        {children}
      </select>
    </div>
  )
}
