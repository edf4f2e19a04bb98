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
    this.connectionsOf = Uint8Array.from({ length: count }, () => draw(counts, random()))
    this.behaviourOf = Uint16Array.from({ length: count }, () => draw(behaviours, random()))
    this.connectionCount = this.connectionsOf.reduce((sum, value) => sum + value, 0)
  }

  idOf(user: number): number {
    return this.#feed ? this.#feed[user]!.userId : this.#firstId + user
  }

  tokenOf(user: number): string | undefined {
    return this.#feed?.[user]?.token
  }

  /** The index of the user with an id; -1 for one that does not take part. */
  indexOf(userId: number): number {
    if (this.#indexes) return this.#indexes.get(userId) ?? -1
    const index = userId - this.#firstId
    return index >= 0 && index < this.size ? index : -1
  }
}

/** @param point in [0, 1) */
function draw(shares: readonly { weight: number; value: number }[], point: number): number {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0)
  let left = point * total
  for (const { weight, value } of shares) {
    left -= weight
    if (left < 0) return value
  }
  return shares.at(-1)!.value
}
