import { setTimeout as sleep } from 'node:timers/promises'
import type { Population } from '../plan/population.ts'
import { Observer } from './observer.ts'

const POLL_MS = 20

/** Where and how users who are still held online are looked for. */
export interface GhostSearch {
  readonly url: string
  /** Query of a user that takes no part. */
  readonly outsider: string
  readonly population: Population
  /** Time that is left. */
  readonly leftMs: () => number
}

/**
 * Users of a run that a new connection finds online when all have left; undefined when the server
 * does not say in time.
 */
export async function countGhosts(search: GhostSearch): Promise<number | undefined> {
  const { url, outsider, population, leftMs } = search
  const observer = new Observer(url, outsider, leftMs())
  try {
    await observer.greeting
    const own = Number(/userId=(\d+)/.exec(outsider)![1])
    const isGhost = (id: number) => id !== own && population.indexOf(id) >= 0
    const count = () => [...observer.online].filter(isGhost).length
    while (count() > 0 && leftMs() > 0) await sleep(POLL_MS)
    return count()
  } catch {
    return undefined
  } finally {
    observer.close()
  }
}
