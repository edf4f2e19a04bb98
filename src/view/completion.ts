/** One way to complete a word: what replaces it, and how it is listed. */
export interface Candidate {
  readonly text: string
  readonly label: string
  /** Whom it mentions. */
  readonly userId?: number
}

/** What can be completed at a place in a text. */
export interface Completion {
  /** Where the word begins that is replaced; it ends at the cursor. */
  readonly start: number
  readonly candidates: readonly Candidate[]
}

/** Emoji whose names begin with a text, with their names, the likeliest first. */
export type FindEmoji = (
  begun: string,
  limit: number,
) => readonly { readonly name: string; readonly emoji: string }[]

/** Whom and what a word can mean. */
export interface CompletionSources {
  /** Who could be meant, likeliest first. */
  userIds(): readonly number[]
  /** What a user is shown as, as a message may mention the user. */
  nameOf(userId: number): string
  readonly findEmoji?: FindEmoji | undefined
}

/** More than this are not listed. */
const MAX_CANDIDATES = 50

/** So much before the cursor may be a word. */
const MAX_WORD = 256

/** Ways to complete the word before the cursor: mentions (`@An`) and emoji (`:thu`). */
export function completeAt(
  text: string,
  cursor: number,
  sources: CompletionSources,
): Completion | undefined {
  const [word] = /\S*$/.exec(text.slice(Math.max(0, cursor - MAX_WORD), cursor))!
  const candidates = word.startsWith('@')
    ? completeMention(word.slice(1), sources)
    : /^:[a-z0-9_+-]+$/.test(word)
      ? completeEmoji(word.slice(1), sources.findEmoji)
      : []
  return candidates.length === 0 ? undefined : { start: cursor - word.length, candidates }
}

/** Mentions of users whose name or id begins so. */
export function completeMention(begun: string, sources: CompletionSources): Candidate[] {
  return usersLike(begun, sources).map((userId) => {
    const label = `@${sources.nameOf(userId)}`
    return { text: `${label} `, label, userId }
  })
}

/** Emoji whose name begins so. */
export function completeEmoji(begun: string, findEmoji: FindEmoji = () => []): Candidate[] {
  return findEmoji(begun, MAX_CANDIDATES).map(({ name, emoji }) => ({
    text: `${emoji} `,
    label: `${emoji} ${name}`,
  }))
}

/** Users whose name or id begins so, in the order in which they are likely. */
export function usersLike(begun: string, { userIds, nameOf }: CompletionSources): number[] {
  const folded = fold(begun)
  const found: number[] = []
  for (const id of userIds()) {
    if (!String(id).startsWith(begun) && !fold(nameOf(id)).startsWith(folded)) continue
    if (found.push(id) === MAX_CANDIDATES) break
  }
  return found
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
