import { createContext, useContext } from 'react'
import { en, type Words } from './en.ts'

/** The languages there are, each with its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const LOADERS: Record<Language, () => Promise<Words>> = {
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
}

/** Where the choice of a language is kept, on this device. */
const KEY = 'chatws.language'

interface Spoken {
  readonly language: Language
  readonly words: Words
  choose(language: Language): Promise<void>
}

/** What the app says, in the language of whoever uses it. */
export const WordsContext = createContext<Spoken>({
  language: 'en',
  words: en,
  choose: async () => {},
})

export function useWords(): Words {
  return useContext(WordsContext).words
}

/** The language that the app speaks, and how to choose another. */
export function useLanguage(): Pick<Spoken, 'language' | 'choose'> {
  return useContext(WordsContext)
}

/** The language that was chosen, or the first of the browser's that there is. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(KEY) ?? '', ...navigator.languages]
  const found = wanted.map((tag) => tag.toLowerCase().split('-')[0]!).find(isLanguage)
  return found ?? 'en'
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEY, language)
}

export function loadWords(language: Language): Promise<Words> {
  return LOADERS[language]()
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag)
}
