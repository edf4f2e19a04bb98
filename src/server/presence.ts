/** Who is online: a user is, from its first open connection until its last one closes. */
export class Presence {
  /** User id → its open connections, at least 1. */
  readonly #connections = new Map<number, number>()
  #connectionCount = 0

  get userCount(): number {
    return this.#connections.size
  }

  get connectionCount(): number {
    return this.#connectionCount
  }

  /** The users online, in the order in which they came. */
  online(): number[] {
    return [...this.#connections.keys()]
  }

  /** Open connections of a user. */
  connectionsOf(userId: number): number {
    return this.#connections.get(userId) ?? 0
  }

  /** The users online, in the order in which they came: id → open connections. */
  connectionCounts(): Iterable<readonly [userId: number, connections: number]> {
    return this.#connections.entries()
  }

  isOnline(userId: number): boolean {
    return this.#connections.has(userId)
  }

  /** Counts a connection in; true when it is the user's first. */
  join(userId: number): boolean {
    const count = this.#connections.get(userId) ?? 0
    this.#connections.set(userId, count + 1)
    this.#connectionCount += 1
    return count === 0
  }

  /** Counts a connection out; true when it was the user's last. */
  leave(userId: number): boolean {
    const count = this.#connections.get(userId)
    if (count === undefined) throw new RangeError(`user ${userId} has no connection to close`)
    this.#connectionCount -= 1
    if (count > 1) this.#connections.set(userId, count - 1)
    else this.#connections.delete(userId)
    return count === 1
  }
}
