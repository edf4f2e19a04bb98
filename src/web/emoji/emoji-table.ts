import type { Language } from '../i18n/words.ts'

/** All emoji in one language, as the build makes it of emojibase's data. */
export interface EmojiTable {
  /** Emoji, name, group, version of Unicode's emoji, words that find it, and what it is called in code. */
  readonly rows: readonly (readonly [string, string, number, number, string, string])[]
  readonly groups: readonly (readonly [number, string])[]
  readonly skinTones: Readonly<Record<SkinTone, string>>
}

type SkinTone = 'light' | 'medium-light' | 'medium' | 'medium-dark' | 'dark'

const LOADERS: Record<Language, () => Promise<{ default: EmojiTable }>> = {
  en: () => import('virtual:emoji/en'),
  de: () => import('virtual:emoji/de'),
}

/** Newer emoji are empty boxes on many systems still. */
const MAX_VERSION = 15

/** Reads the emoji of a language; each is loaded once. */
export async function loadEmojiTable(language: Language): Promise<EmojiTable> {
  const { default: table } = await LOADERS[language]()
  return { ...table, rows: table.rows.filter(([, , , version]) => version <= MAX_VERSION) }
}
