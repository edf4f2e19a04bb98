import { createContext, use, useContext } from 'react'
import { type BaseWords, en, type Words } from './en.ts'

/** The languages there are, each with its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const LOADERS: Record<Language, () => Promise<BaseWords>> = {
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
}

const PANEL_LOADERS: Record<Language, () => Promise<Words['panels']>> = {
  en: async () => (await import('./en-panels.ts')).enPanels,
  de: async () => (await import('./de-panels.ts')).dePanels,
}

/** What the panels say, as far as it was asked for: on its way, and here. */
const panels = new Map<Language, Promise<Words['panels']>>()
const knownPanels = new Map<Language, Words['panels']>()

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
  words: withPanels('en', en),
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

export async function loadWords(language: Language): Promise<Words> {
  return withPanels(language, await LOADERS[language]())
}

/** Has what the panels say ready, for who shows it without a boundary that could wait for it. */
export function loadPanelWords(language: Language): Promise<Words['panels']> {
  const words =
    panels.get(language) ??
    PANEL_LOADERS[language]().then((loaded) => {
      knownPanels.set(language, loaded)
      return loaded
    })
  panels.set(language, words)
  return words
}

/** The words, of which a component that reads those of the panels waits for them, once. */
function withPanels(language: Language, words: BaseWords): Words {
  return {
    ...words,
    get panels() {
      return knownPanels.get(language) ?? use(loadPanelWords(language))
    },
  }
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag)
}
