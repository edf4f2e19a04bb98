import type { Language } from '../i18n/words.ts'
import { type EmojiTable, loadEmojiTable } from './emoji-table.ts'

/** An emoji and what it is found by. */
interface Found {
  readonly name: string
  readonly emoji: string
}

/** Finds emoji whose name begins with a text; those of code first, as in `:tada`. */
export async function createEmojiFinder(
  language: Language,
): Promise<(begun: string, limit: number) => readonly Found[]> {
  const table = await loadEmojiTable(language)
  const names = namesOf(table)
  return (begun, limit) => {
    const wanted = begun.toLowerCase()
    const found = names.filter(({ name }) => name.startsWith(wanted))
    return found.sort((a, b) => a.name.length - b.name.length).slice(0, limit)
  }
}

function namesOf({ rows }: EmojiTable): Found[] {
  return rows.flatMap(([emoji, label, , , , codes]) => {
    const ofLabel = label.toLowerCase().replace(/[\s’']+/g, '_')
    const all = new Set([...codes.split(' '), ofLabel].filter((name) => name !== ''))
    return [...all].map((name) => ({ name, emoji }))
  })
}
