import { distance } from 'fastest-levenshtein'

/**
 * The known word that someone who wrote `word` probably meant: one that begins with it, or that
 * differs from it by no more than a third of its letters. Case does not matter.
 */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const written = word.toLowerCase()
  if (written === '') return undefined
  const begun = known.find((candidate) => candidate.toLowerCase().startsWith(written))
  if (begun !== undefined) return begun
  const [nearest] = known
    // A long text was never meant to be a short word, and comparing it would take long.
    .filter((candidate) => written.length <= 2 * candidate.length)
    .map((candidate) => ({ candidate, changes: distance(written, candidate.toLowerCase()) }))
    .filter(({ candidate, changes }) => changes <= Math.ceil(candidate.length / 3))
    .sort((a, b) => a.changes - b.changes)
  return nearest?.candidate
}
