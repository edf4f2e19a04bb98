/** What a user's connections come to. */
export type UserStatus = 'active' | 'idle' | 'offline'

/**
 * Who is online: a user is, from its first open connection until its last one closes, and as long
 * after that as it is held. A user is idle while all its connections are.
 */
export class PresenceRegistry {
  /** User id → its open connections; 0 only while it is held. */
  readonly #connections = new Map<number, number>()
  /** User id → those of them that are idle, at least 1. */
  readonly #idle = new Map<number, number>()
  #connectionCount = 0

  get userCount(): number {
    return this.#connections.size
  }

  get connectionCount(): number {
    return this.#connectionCount
  }

  /** The users online, in the order in which they came; `limit` of them after the first `skip`. */
  online(limit = Number.POSITIVE_INFINITY, skip = 0): number[] {
    if (skip === 0 && limit >= this.#connections.size) return [...this.#connections.keys()]
    const part: number[] = []
    let at = 0
    for (const userId of this.#connections.keys()) {
      if (part.length === limit) break
      if (at >= skip) part.push(userId)
      at += 1
    }
    return part
  }

  /** Open connections of a user. */
  connectionsOf(userId: number): number {
    return this.#connections.get(userId) ?? 0
  }

  isOnline(userId: number): boolean {
    return this.#connections.has(userId)
  }

  statusOf(userId: number): UserStatus {
    const count = this.#connections.get(userId)
    if (count === undefined) return 'offline'
    return count === (this.#idle.get(userId) ?? 0) ? 'idle' : 'active'
  }

  /** Counts a connection in; true when the user was not online. */
  join(userId: number): boolean {
    const count = this.#connections.get(userId)
    this.#connections.set(userId, (count ?? 0) + 1)
    this.#connectionCount += 1
    return count === undefined
  }

  /**
   * Counts a connection out; true when it was the user's last. The user is offline then, unless it
   * is held: then `release` takes it offline.
   */
  leave(userId: number, { wasIdle = false, isHeld = false } = {}): boolean {
    const count = this.#connections.get(userId)
    if (!count) throw new RangeError(`user ${userId} has no connection to close`)
    this.#connectionCount -= 1
    if (wasIdle) this.#countIdle(userId, -1)
    if (count > 1 || isHeld) this.#connections.set(userId, count - 1)
    else this.#connections.delete(userId)
    return count === 1
  }

  /** Takes a user offline who is held without any connection; false when it has one again. */
  release(userId: number): boolean {
    if (this.#connections.get(userId) !== 0) return false
    return this.#connections.delete(userId)
  }

  /** One of a user's connections became idle, or active again. */
  setIdle(userId: number, isIdle: boolean): void {
    this.#countIdle(userId, isIdle ? 1 : -1)
  }

  #countIdle(userId: number, change: number): void {
    const count = (this.#idle.get(userId) ?? 0) + change
    if (count > 0) this.#idle.set(userId, count)
    else this.#idle.delete(userId)
  }
}
