import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

let loaded: ReadonlyMap<string, string> | undefined

/** Name → emoji. Read when first asked for: it is of no use to most who start the program. */
function emojiByName(): ReadonlyMap<string, string> {
  loaded ??= readEmoji()
  return loaded
}

function readEmoji(): Map<string, string> {
  const keywords: Record<string, string[]> = require('emojilib')
  const byName = new Map<string, string>()
  // An emoji's own name comes before what others are also called.
  for (const [emoji, [name]] of Object.entries(keywords)) if (name) byName.set(name, emoji)
  for (const [emoji, names] of Object.entries(keywords))
    for (const name of names)
      if (/^[a-z0-9_+-]+$/.test(name) && !byName.has(name)) byName.set(name, emoji)
  return byName
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
