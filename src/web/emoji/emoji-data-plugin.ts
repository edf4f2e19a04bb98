import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Plugin } from 'vite'

/** What is used of an emoji as emojibase has it. */
interface EmojiSource {
  readonly emoji: string
  readonly hexcode: string
  readonly label: string
  readonly group?: number
  readonly version: number
  readonly tags?: readonly string[]
}

/** One of emojibase's groups or skin tones, with its name. */
interface Named {
  readonly key: string
  readonly message: string
  readonly order: number
}

const PREFIX = 'virtual:emoji/'

/** The group of skin tones and hair, which are no emoji by themselves. */
const COMPONENTS = 2

/** Gives `virtual:emoji/<locale>`: the emoji with their names in that language, as `EmojiTable`. */
export function emojiData(): Plugin {
  return {
    name: 'emoji-data',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined
      const table = JSON.stringify(readTable(id.slice(PREFIX.length + 1)))
      // Parsed as JSON, a text this long is ready in a fraction of the time of a literal.
      return `export default JSON.parse(${JSON.stringify(table)})`
    },
  }
}

function readTable(locale: string) {
  const { resolve } = createRequire(import.meta.url)
  const read = (file: string) =>
    JSON.parse(readFileSync(resolve(`emojibase-data/${file}.json`), 'utf8'))
  const emoji: readonly EmojiSource[] = read(`${locale}/data`)
  const codes: Record<string, string | readonly string[]> = read('en/shortcodes/github')
  const { groups, skinTones } = read(`${locale}/messages`) as Record<string, readonly Named[]>
  return {
    rows: emoji
      .filter(({ group }) => group !== undefined && group !== COMPONENTS)
      .map(({ emoji, label, group, version, tags = [], hexcode }) => [
        ...[emoji, label, group, version, tags.join(' ')],
        [codes[hexcode] ?? []].flat().join(' '),
      ]),
    groups: groups!
      .filter(({ order }) => order !== COMPONENTS)
      .map(({ order, message }) => [order, message]),
    skinTones: Object.fromEntries(skinTones!.map(({ key, message }) => [key, message])),
  }
}
