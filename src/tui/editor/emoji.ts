import { emojiNames } from './emoji-names.ts'

let loaded: ReadonlyMap<string, string> | undefined

/** Name → emoji. Read when first asked for: it is of no use to most who start the program. */
function emojiByName(): ReadonlyMap<string, string> {
  loaded ??= new Map(Object.entries(emojiNames()))
  return loaded
}

/** The emoji that `name` names, with or without colons, or `name` itself where it is no name. */
export function resolveEmoji(name: string): string {
  const bare = name.replace(/^:/, '').replace(/:$/, '')
  return emojiByName().get(bare) ?? name
}

/** Emoji whose name begins with `start`, with their names; shorter names first. */
export function findEmoji(start: string, limit: number): { name: string; emoji: string }[] {
  const names = [...emojiByName().keys()].filter((name) => name.startsWith(start))
  names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  const seen = new Set<string>()
  return names
    .map((name) => ({ name, emoji: emojiByName().get(name)! }))
    .filter(({ emoji }) => !seen.has(emoji) && seen.add(emoji))
    .slice(0, limit)
}
