import { setTimeout as sleep } from 'node:timers/promises'
import type { Population } from '../schedule/population.ts'
import { Probe } from './probe.ts'

const POLL_MS = 20

/** Where and how users who are still held online are looked for. */
export interface GhostSearch {
  readonly url: string
  /** Query of a user that takes no part. */
  readonly probeQuery: string
  readonly population: Population
  /** Time that is left. */
  readonly leftMs: () => number
}

/**
 * Users of a run that a new connection finds online when all have left; undefined when the server
 * does not say in time.
 */
export async function countGhosts(search: GhostSearch): Promise<number | undefined> {
  const { url, probeQuery, population, leftMs } = search
  const probe = new Probe(url, probeQuery, leftMs())
  try {
    await probe.greeting
    const own = Number(/userId=(\d+)/.exec(probeQuery)![1])
    const isGhost = (id: number) => id !== own && population.indexOf(id) >= 0
    const count = () => [...probe.online].filter(isGhost).length
    while (count() > 0 && leftMs() > 0) await sleep(POLL_MS)
    return count()
  } catch {
    return undefined
  } finally {
    probe.close()
  }
}
