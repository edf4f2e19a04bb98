import { setTimeout as sleep } from 'node:timers/promises'
import { ChatwsError } from '../protocol/error.ts'
import type { ServerFrame } from '../protocol/server-frames.ts'
import { BenchConnection } from './bench-connection.ts'
import { Latency } from './latency.ts'
import { planConnections } from './load-plan.ts'
import { Roster } from './roster.ts'
import type { Scenario } from './scenario.ts'

/** Hears every frame that is not about connecting or presence; `connection` is an index. */
export type FrameListener = (frame: ServerFrame, connection: number) => void

/** All connections of a run, and what each knows of the others. */
export class Fleet {
  /** Connection → index of its user. */
  readonly userOf: readonly number[]
  /** From when a connection was due until it was greeted. */
  readonly connect = new Latency()
  readonly #scenario: Scenario
  readonly #url: string
  readonly #onFrame: FrameListener
  readonly #connections: BenchConnection[] = []
  readonly #rosters: Roster[]
  /** Users from this index on have been told to leave. */
  #firstLeaver: number
  #greeted = 0
  #falseOffline = 0

  constructor(scenario: Scenario, url: string, onFrame: FrameListener) {
    this.#scenario = scenario
    this.#url = url
    this.#onFrame = onFrame
    const { count, firstId } = scenario.users
    this.userOf = planConnections(scenario).flatMap((connections, user) =>
      Array<number>(connections).fill(user),
    )
    this.#rosters = this.userOf.map(() => new Roster(firstId, count))
    this.#firstLeaver = count
  }

  get size(): number {
    return this.userOf.length
  }

  /** Connections that were greeted so far. */
  get greeted(): number {
    return this.#greeted
  }

  /** USER_OFFLINE frames about users that were connected. */
  get falseOffline(): number {
    return this.#falseOffline
  }

  userIdOf(connection: number): number {
    return this.#scenario.users.firstId + this.userOf[connection]!
  }

  at(connection: number): BenchConnection {
    return this.#connections[connection]!
  }

  /**
   * Opens every connection at its time in the ramp and waits for the greetings. Throws
   * CONNECT_FAILED when one cannot be opened, and the signal's reason when it aborts.
   */
  async open(signal: AbortSignal): Promise<void> {
    const startMs = performance.now()
    const spacingMs = (this.#scenario.rampSeconds * 1000) / this.size
    const failures = new Map<string, number>()
    const opened: Promise<void>[] = []
    for (let index = 0; index < this.size && failures.size === 0; index++) {
      const dueMs = startMs + index * spacingMs
      const waitMs = dueMs - performance.now()
      if (waitMs > 1) await sleep(waitMs, undefined, { signal })
      const connection = this.#createConnection(index, dueMs)
      this.#connections.push(connection)
      opened.push(
        connection.greeted().catch((error: ChatwsError) => {
          failures.set(error.message, (failures.get(error.message) ?? 0) + 1)
        }),
      )
    }
    await Promise.all(opened)
    signal.throwIfAborted()
    if (failures.size === 0) return
    const failed = [...failures].map(([reason, count]) => `${count} × ${reason}`).join(', ')
    throw new ChatwsError(
      'CONNECT_FAILED',
      `Only ${this.#greeted} of ${this.size} connections to ${this.#url} could be opened: ${failed}`,
    )
  }

  /** Closes the connections of every user from index `firstLeaver` on. */
  async leave(firstLeaver: number): Promise<void> {
    const leaving = this.#connections.filter((_, index) => {
      const user = this.userOf[index]!
      return user >= firstLeaver && user < this.#firstLeaver
    })
    this.#firstLeaver = firstLeaver
    const timeoutMs = this.#scenario.drainSeconds * 1000
    await Promise.all(leaving.map((connection) => connection.close(timeoutMs)))
  }

  /**
   * Once all have left: connects as the first user again and hands `look` the roster that it sees,
   * in which only that user should be.
   */
  async revisit<T>(look: (roster: Roster) => Promise<T>): Promise<T> {
    const { firstId, count } = this.#scenario.users
    const roster = new Roster(firstId, count)
    const connection = new BenchConnection(this.#url, firstId, (frame) => noteStatus(roster, frame))
    try {
      await connection.greeted()
      return await look(roster)
    } finally {
      connection.terminate()
    }
  }

  /** Cuts whatever is still open. */
  terminate(): void {
    for (const connection of this.#connections) connection.terminate()
  }

  /**
   * (Connection, user) pairs in which the connection, still here, does not hold the user in the
   * state it is in: online before it was told to leave, offline after.
   */
  rosterDifferences(): number {
    return this.#rosters.reduce((sum, roster, index) => {
      if (this.userOf[index]! >= this.#firstLeaver) return sum
      // Comparing counts first makes a poll cheap: statuses only ever move toward the truth.
      if (roster.count === this.#firstLeaver && this.#firstLeaver === this.#scenario.users.count)
        return sum
      return sum + roster.differences((user) => user < this.#firstLeaver)
    }, 0)
  }

  /** Why connections ended although nobody asked them to: reason → how many. */
  lost(): Record<string, number> {
    const reasons: Record<string, number> = {}
    for (const { lost } of this.#connections)
      if (lost !== undefined) reasons[lost] = (reasons[lost] ?? 0) + 1
    return reasons
  }

  #createConnection(index: number, dueMs: number): BenchConnection {
    return new BenchConnection(this.#url, this.userIdOf(index), (frame) => {
      const isAboutPresence = noteStatus(this.#rosters[index]!, frame)
      if (!isAboutPresence) {
        this.#onFrame(frame, index)
      } else if (frame.type === 'CONNECTION_ESTABLISHED') {
        this.connect.record(performance.now() - dueMs)
        this.#greeted += 1
      } else if (frame.type === 'USER_OFFLINE' && this.#isHere(frame.userId)) {
        this.#falseOffline += 1
      }
    })
  }

  #isHere(userId: number): boolean {
    const user = userId - this.#scenario.users.firstId
    return user >= 0 && user < this.#firstLeaver
  }
}

/** Takes note of what a frame says about who is online; false when it says nothing. */
function noteStatus(roster: Roster, frame: ServerFrame): boolean {
  switch (frame.type) {
    case 'CONNECTION_ESTABLISHED':
      for (const userId of frame.online) roster.set(userId, true)
      return true
    case 'USER_ONLINE':
    case 'USER_OFFLINE':
      roster.set(frame.userId, frame.type === 'USER_ONLINE')
      return true
    default:
      return false
  }
}
