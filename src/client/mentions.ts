import { MAX_MENTIONS } from '../protocol/limits.ts'

/** Where a word may begin or end: beside what is no letter, number or underline. */
const NO_WORD = /[^\p{L}\p{M}\p{N}_]/u

/** Whom a text may mention. */
export interface Mentionable {
  /** User → what the user is shown as. */
  readonly shown: ReadonlyMap<number, string>
  /** Whether others than these may be mentioned by id. */
  readonly areOthers: boolean
}

/**
 * The users that a text mentions as `@12` or `@Anna`, each once, in their order, 50 at most. Case makes no
 * difference, the longest name counts, and where names look alike only `@Anna (#12)` is one of them.
 */
export function findMentions(text: string, { shown, areOthers }: Mentionable): number[] {
  if (!text.includes('@')) return []
  const folded = fold(text)
  const names = Array.from(shown, ([id, name]) => ({ id, name: fold(name) })).sort(
    (a, b) => b.name.length - a.name.length,
  )
  const found = new Set<number>()
  for (const { index } of folded.matchAll(/@/g)) {
    if (!isEdge(folded[index - 1])) continue
    const start = index + 1
    const named = names.find(
      ({ name }) => folded.startsWith(name, start) && isEdge(folded[start + name.length]),
    )
    const id = named?.id ?? idAt(folded.slice(start, start + 20))
    if (id !== undefined && (areOthers || shown.has(id))) found.add(id)
  }
  return [...found].slice(0, MAX_MENTIONS)
}

function idAt(text: string): number | undefined {
  const id = Number(/^[1-9]\d{0,15}(?![\p{L}\p{M}\p{N}_])/u.exec(text)?.[0])
  return Number.isSafeInteger(id) ? id : undefined
}

function isEdge(letter: string | undefined): boolean {
  return letter === undefined || NO_WORD.test(letter)
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
