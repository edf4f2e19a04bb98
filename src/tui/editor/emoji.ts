import { emojiNames } from './emoji-names.ts'

/** The names that most chats know, each of one emoji; in the word lists some are of others, too. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  ...{ thumbsup: '👍', thumbsdown: '👎', heart: '❤️', smile: '😄', smiley: '😃', grin: '😁' },
  ...{ joy: '😂', wink: '😉', cry: '😢', sob: '😭', sad: '😞', angry: '😠', thinking: '🤔' },
  ...{ tada: '🎉', party: '🥳', fire: '🔥', rocket: '🚀', eyes: '👀', clap: '👏', wave: '👋' },
  ...{ pray: '🙏', ok_hand: '👌', muscle: '💪', check: '✅', x: '❌', warning: '⚠️', star: '⭐' },
  ...{ sun: '☀️', cat: '🐱', dog: '🐶', beer: '🍺', coffee: '☕', bug: '🐛' },
  ...{ '+1': '👍', '-1': '👎' },
}

let loaded: ReadonlyMap<string, string> | undefined

/** Name → emoji. Read when first asked for: it is of no use to most who start the program. */
function emojiByName(): ReadonlyMap<string, string> {
  loaded ??= new Map(Object.entries({ ...emojiNames(), ...WELL_KNOWN }))
  return loaded
}

/** The emoji that `name` names, with or without colons, or `name` itself where it is no name. */
export function resolveEmoji(name: string): string {
  const bare = name.replace(/^:/, '').replace(/:$/, '')
  return emojiByName().get(bare) ?? name
}

/** Emoji whose name begins with `start`, with their names; well-known ones first, then shorter ones. */
export function findEmoji(start: string, limit: number): { name: string; emoji: string }[] {
  const names = [...emojiByName().keys()].filter((name) => name.startsWith(start))
  const rank = (name: string) => (Object.hasOwn(WELL_KNOWN, name) ? 0 : 1)
  names.sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1))
  const seen = new Set<string>()
  return names
    .map((name) => ({ name, emoji: emojiByName().get(name)! }))
    .filter(({ emoji }) => !seen.has(emoji) && seen.add(emoji))
    .slice(0, limit)
}
