import { nowUs } from '../clock.ts'
import type { Population } from '../schedule/population.ts'
import type { GeneratorSetup } from '../worker/generator-setup.ts'
import type { BehaviourRunner } from './behaviour-runner.ts'
import { type ConnectionOwner, VirtualConnection } from './virtual-connection.ts'

/** How long the server has to accept and greet a connection, or to answer a close frame. */
const CONNECT_TIMEOUT_US = 30e6

/** How often it is looked whether connections are closed. */
const POLL_MS = 10

/** The connections of one generator's share of the users. */
export class ConnectionPool {
  readonly #byUser = new Map<number, VirtualConnection[]>()
  readonly #population: Population
  readonly #behaviours: BehaviourRunner
  readonly #owner: ConnectionOwner
  readonly #part: Pick<GeneratorSetup, 'index' | 'count' | 'shard'>

  constructor(
    population: Population,
    behaviours: BehaviourRunner,
    owner: ConnectionOwner,
    part: Pick<GeneratorSetup, 'index' | 'count' | 'shard'>,
  ) {
    this.#population = population
    this.#behaviours = behaviours
    this.#owner = owner
    this.#part = part
  }

  /** Whether a user is one of this generator's. */
  isMine(user: number): boolean {
    const { shard, index, count } = this.#part
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
    const created = Array.from({ length: this.#population.connectionsOf[user]! }, (_, place) => {
      const connection = new VirtualConnection(user, user * 128 + place, this.#owner)
      connection.receiver.isTimed = false
      connection.slowness = slowReader?.bytesPerSecond ?? 0
      connection.isExpected = expect.length > 0
      return connection
    })
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

  /** Gives up what takes too long; returns what of the stream all have passed, if any follow it. */
  sweep(): number | undefined {
    const now = nowUs()
    let least = Number.POSITIVE_INFINITY
    for (const connection of this.all()) {
      if (connection.connectingUs(now) > CONNECT_TIMEOUT_US) connection.terminate('timeout')
      if (connection.receiver.cursor >= 0) least = Math.min(least, connection.receiver.cursor)
    }
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
