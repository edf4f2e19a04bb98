import { nowUs } from '../clock.ts'
import type { Population } from '../schedule/population.ts'
import type { BehaviourRunner } from './behaviour-runner.ts'
import { type Shared, VirtualConnection } from './virtual-connection.ts'

/** How long the server has to accept and greet a connection, or to answer a close frame. */
const CONNECT_TIMEOUT_US = 30e6

/** How often it is looked whether connections are closed. */
const POLL_MS = 10

/** Which part of all users a generator has. */
export interface UserShare {
  /** Which of the generators of this process it is, from 0, and how many there are. */
  readonly index: number
  readonly count: number
  /** Which part of the users this process has, of how many. */
  readonly shard: { readonly index: number; readonly count: number }
}

/** The connections of one generator's share of the users. */
export class ConnectionPool {
  readonly population: Population
  readonly #byUser = new Map<number, VirtualConnection[]>()
  readonly #behaviours: Pick<BehaviourRunner, 'behaviourOf'>
  readonly #shared: Shared
  readonly #share: UserShare

  constructor(share: UserShare, behaviours: Pick<BehaviourRunner, 'behaviourOf'>, shared: Shared) {
    this.#share = share
    this.#behaviours = behaviours
    this.#shared = shared
    this.population = shared.audit.population
  }

  /** Whether a user is one of this generator's. */
  isMine(user: number): boolean {
    const { shard, index, count } = this.#share
    return user % shard.count === shard.index && Math.floor(user / shard.count) % count === index
  }

  *all(): Iterable<VirtualConnection> {
    for (const connections of this.#byUser.values()) yield* connections
  }

  /** The connections of a user, by their place. */
  of(user: number): readonly VirtualConnection[] {
    const known = this.#byUser.get(user)
    if (known) return known
    const { slowReader, expect = [] } = this.#behaviours.behaviourOf(user)
    const reading = {
      bytesPerSecond: slowReader?.bytesPerSecond ?? 0,
      isExpected: expect.length > 0,
    }
    const created = Array.from(
      { length: this.population.connectionsOf[user]! },
      (_, place) => new VirtualConnection({ user, place, ...reading }, this.#shared),
    )
    this.#byUser.set(user, created)
    return created
  }

  /** The connections of a user that has had any. */
  known(user: number): readonly VirtualConnection[] | undefined {
    return this.#byUser.get(user)
  }

  /** How many are open, and on how many of these arrivals are timed. */
  countOpen(): { open: number; timed: number } {
    let open = 0
    let timed = 0
    for (const { state, receiver } of this.all()) {
      if (state !== 'open') continue
      open += 1
      if (receiver.isTimed) timed += 1
    }
    return { open, timed }
  }

  /** Whether everyone is here, has every event up to an offset, and every message was answered. */
  isComplete(lastOffset: number): boolean {
    this.#shared.audit.chats?.readUntil(lastOffset)
    for (const { state, pending, requests, receiver } of this.all()) {
      if (state === 'away') continue
      if (
        state !== 'open' ||
        pending.size + requests.size > 0 ||
        !receiver.offsets.isComplete(lastOffset)
      )
        return false
    }
    return true
  }

  /** How many events up to an offset those that are here, or on their way, should have and have not. */
  missingUntil(lastOffset: number): number {
    this.#shared.audit.chats?.readUntil(lastOffset)
    let missing = 0
    for (const { state, receiver } of this.all())
      if (state !== 'away' && state !== 'leaving')
        missing += receiver.offsets.missingUntil(lastOffset)
    return missing
  }

  /** How many events those that are here, or on their way, were sent and must not read. */
  leaked(): number {
    let leaked = 0
    for (const { state, receiver } of this.all())
      if (state !== 'away' && state !== 'leaving') leaked += receiver.offsets.leaked()
    return leaked
  }

  /** How many requests were not answered. */
  get unanswered(): number {
    let unanswered = 0
    for (const { requests } of this.all()) unanswered += requests.size
    return unanswered
  }

  /** Gives up what takes too long; returns what of the stream all have passed, if any follow it. */
  sweep(): number | undefined {
    const now = nowUs()
    let least = Number.POSITIVE_INFINITY
    for (const connection of this.all()) {
      if (connection.connectingUs(now) > CONNECT_TIMEOUT_US) connection.terminate('timeout')
      if (connection.receiver.cursor >= 0) least = Math.min(least, connection.receiver.cursor)
    }
    // Where each is sent a part, none goes along the stream: its sums do for what comes late.
    if (this.#shared.audit.chats) return this.#shared.audit.stream.end
    return Number.isFinite(least) ? least : undefined
  }

  /** Closes the connections of the users from an index on; resolves when they are closed. */
  async leaveFrom(firstUser: number, timeoutMs: number): Promise<void> {
    const leaving = [...this.#byUser]
      .filter(([user]) => user >= firstUser)
      .flatMap(([, connections]) => connections)
    for (const connection of leaving) connection.leave()
    const deadlineUs = nowUs() + timeoutMs * 1e3
    while (leaving.some(({ state }) => state === 'leaving') && nowUs() < deadlineUs)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    for (const connection of leaving) connection.end()
  }
}
