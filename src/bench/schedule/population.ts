import type { FeedRow } from '../scenario/feed.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { seededRandom } from './seeded-random.ts'

/** Who takes part in a run: users by index from 0, each with its id, behaviour and connections. */
export class Population {
  readonly size: number
  /** User → index of its behaviour. */
  readonly behaviourOf: Uint16Array
  /** User → how many connections it has. */
  readonly connectionsOf: Uint8Array
  readonly connectionCount: number
  readonly #firstId: number
  readonly #feed: readonly FeedRow[] | undefined
  readonly #indexes: ReadonlyMap<number, number> | undefined

  /** @param feed a row for each user; without it ids follow `users.firstId` */
  constructor(scenario: Scenario, feed?: readonly FeedRow[]) {
    const { count, firstId, connections } = scenario.users
    this.size = count
    this.#firstId = firstId
    this.#feed = feed
    this.#indexes = feed && new Map(feed.map(({ userId }, index) => [userId, index]))
    const random = seededRandom(scenario.seed)
    const behaviours = scenario.behaviours.map(({ weight }, value) => ({ weight, value }))
    const counts = connections.map(({ weight, count: value }) => ({ weight, value }))
    this.connectionsOf = Uint8Array.from(deal(counts, count, random))
    this.behaviourOf = Uint16Array.from(deal(behaviours, count, random))
    this.connectionCount = this.connectionsOf.reduce((sum, value) => sum + value, 0)
  }

  idOf(user: number): number {
    return this.#feed ? this.#feed[user]!.userId : this.#firstId + user
  }

  tokenOf(user: number): string | undefined {
    return this.#feed?.[user]?.token
  }

  /** The query with which a user connects, from `?` on. */
  queryOf(user: number): string {
    const token = this.tokenOf(user)
    const proof = token === undefined ? '' : `&token=${encodeURIComponent(token)}`
    return `?userId=${this.idOf(user)}${proof}`
  }

  /** The index of the user with an id; -1 for one that does not take part. */
  indexOf(userId: number): number {
    if (this.#indexes) return this.#indexes.get(userId) ?? -1
    const index = userId - this.#firstId
    return index >= 0 && index < this.size ? index : -1
  }
}

/**
 * For each of `count` users the value of a share, as many of each as its weight says (to one user,
 * by largest remainder), in an order that is drawn.
 */
function deal(
  shares: readonly { weight: number; value: number }[],
  count: number,
  random: () => number,
): number[] {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0)
  const quotas = shares.map(({ weight, value }) => {
    const exact = (weight / total) * count
    return { value, whole: Math.floor(exact), rest: exact - Math.floor(exact) }
  })
  const left = count - quotas.reduce((sum, { whole }) => sum + whole, 0)
  const favoured = new Set([...quotas].sort((a, b) => b.rest - a.rest).slice(0, left))
  const dealt = quotas.flatMap((quota) =>
    Array<number>(quota.whole + (favoured.has(quota) ? 1 : 0)).fill(quota.value),
  )
  for (let last = dealt.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const value = dealt[last]!
    dealt[last] = dealt[other]!
    dealt[other] = value
  }
  return dealt
}
