import type { VirtualConnection } from './virtual-connection.ts'

/** What the sample needs of a connection. */
interface Timed extends Pick<VirtualConnection, 'state'> {
  readonly receiver: { isTimed: boolean }
}

/** Multiples of it, modulo 1, are spread evenly, however many there are. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2

/**
 * Which connections are timed: some of all, spread evenly over the order in which they came, however
 * many come. A server may well send in that order, so the first ones would not do.
 */
export class TimedSample {
  readonly #size: number
  readonly #places: { readonly connection: Timed; readonly rank: number }[] = []
  #offered = 0

  /** @param size how many are timed at most */
  constructor(size: number) {
    this.#size = size
  }

  /** A connection was greeted: decides whether it is timed, perhaps in the place of another. */
  offer(connection: Timed): void {
    if (this.#places.some((place) => place.connection === connection)) return
    const rank = (++this.#offered * GOLDEN_RATIO) % 1
    const place = this.#placeFor(rank)
    if (place === undefined) return
    const before = this.#places[place]
    if (before) before.connection.receiver.isTimed = false
    this.#places[place] = { connection, rank }
    connection.receiver.isTimed = true
  }

  #placeFor(rank: number): number | undefined {
    if (this.#places.length < this.#size) return this.#places.length
    const left = this.#places.findIndex(({ connection }) => connection.state === 'away')
    if (left >= 0) return left
    const highest = Math.max(...this.#places.map((place) => place.rank))
    if (rank > highest) return undefined
    return this.#places.findIndex((place) => place.rank === highest)
  }
}
