import type { Population } from '../plan/population.ts'

/** How far the outsider's id is from those who take part. */
const DISTANCE = 1_000_003

/** The query of a user that takes no part, so that nobody mistakes it for one that does. */
export function outsiderQuery(population: Population): string {
  const first = population.idOf(0)
  const token = population.tokenOf(0)
  // Where tokens are needed, only those of the feed are known.
  if (token !== undefined) return `?userId=${first}&token=${encodeURIComponent(token)}`
  return `?userId=${Math.max(population.idOf(population.size - 1), first) + DISTANCE}`
}
