import { createRequire } from 'node:module'

/** Name → emoji, of all emoji. What this returns is what the bundle holds. */
export function emojiNames(): Record<string, string> {
  const keywords: Record<string, string[]> = createRequire(import.meta.url)('emojilib')
  const byName = new Map<string, string>()
  // An emoji's own name comes before what others are also called.
  for (const [emoji, [name]] of Object.entries(keywords)) if (name) byName.set(name, emoji)
  for (const [emoji, names] of Object.entries(keywords))
    for (const name of names)
      if (/^[a-z0-9_+-]+$/.test(name) && !byName.has(name)) byName.set(name, emoji)
  return Object.fromEntries(byName)
}
