import type { VirtualConnection } from './virtual-connection.ts'

/** What the sample needs of a connection. */
interface Timed extends Pick<VirtualConnection, 'state'> {
  readonly receiver: { isTimed: boolean }
}

/**
 * Which connections are timed: some of all, each as likely as any other, whenever it came (reservoir
 * sampling). The first ones would not do, since a server may send to them first, too.
 */
export class TimedSample {
  readonly #size: number
  readonly #random: () => number
  readonly #timed: Timed[] = []
  #offered = 0

  /** @param size how many are timed at most */
  constructor(size: number, random: () => number) {
    this.#size = size
    this.#random = random
  }

  /** A connection was greeted: decides whether it is timed, perhaps in the place of another. */
  offer(connection: Timed): void {
    if (this.#timed.includes(connection)) return
    this.#offered += 1
    const place = this.#placeFor()
    if (place === undefined) return
    const before = this.#timed[place]
    if (before) before.receiver.isTimed = false
    this.#timed[place] = connection
    connection.receiver.isTimed = true
  }

  #placeFor(): number | undefined {
    if (this.#timed.length < this.#size) return this.#timed.length
    const left = this.#timed.findIndex(({ state }) => state === 'away')
    if (left >= 0) return left
    const place = Math.floor(this.#random() * this.#offered)
    return place < this.#size ? place : undefined
  }
}
