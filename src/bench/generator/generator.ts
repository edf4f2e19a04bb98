import { Audit } from '../audit/audit.ts'
import type { PrivateFrame } from '../audit/private-frame.ts'
import { UserLedger } from '../audit/user-ledger.ts'
import { nowUs } from '../clock.ts'
import { Histogram, type HistogramRecord } from '../metrics/histogram.ts'
import { type Action, Plan } from '../plan/plan.ts'
import { Population } from '../plan/population.ts'
import { seededRandom } from '../plan/seeded-random.ts'
import type { Chaos } from '../scenario/phase.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { parseTarget, type SocketEnd } from '../wire/client-socket.ts'
import { Conduct } from './conduct.ts'
import { collectFindings, differencesOf } from './findings.ts'
import type {
  GeneratorHandle,
  GeneratorSetup,
  RosterDifferences,
  Settlement,
} from './generator-setup.ts'
import { LoopWatch } from './loop-watch.ts'
import { ReadCoalescer } from './read-coalescer.ts'
import { SentMessages } from './sent-messages.ts'
import { Tally } from './tally.ts'
import type { GeneratorCounts, GeneratorFindings, GeneratorTick } from './tick.ts'
import { TimedSample } from './timed-sample.ts'
import { type ConnectionOwner, VirtualConnection } from './virtual-connection.ts'

/** Actions in a row, when behind time, before sockets are read again. */
const BURST = 64

/** How long the server has to accept and greet a connection, or to answer a close frame. */
const CONNECT_TIMEOUT_US = 30e6

/** How often connections are looked through for those that take too long. */
const SWEEP_MS = 1_000

/** How long after a planned stop of the server losses are put down to it. */
const EXCUSE_US = 30e6

/** Polls of a user that is closing its connections. */
const POLL_MS = 10

/** The load of one thread: its share of the users, over the whole plan. */
export class Generator implements GeneratorHandle, ConnectionOwner {
  readonly target
  readonly audit: Audit
  readonly messages: SentMessages
  readonly coalescer = new ReadCoalescer()
  /** Connections of this generator's users, by user. */
  readonly connections = new Map<number, VirtualConnection[]>()
  readonly lost = new Tally()
  readonly expectedLosses = new Tally()
  readonly failedConnects = new Tally()
  readonly ownFaults = new Tally()
  readonly scenario: Scenario
  readonly #setup: GeneratorSetup
  readonly #population: Population
  readonly #plan: Plan
  readonly #watch = new LoopWatch()
  readonly #connects = new Histogram()
  readonly #resumes = new Histogram()
  readonly #conduct: Conduct
  readonly #timed: TimedSample
  /** Decides by itself in what way it does what the plan leaves open. */
  readonly #random: () => number
  #startUs = 0
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #sweeper: NodeJS.Timeout | undefined
  /** When what the timer waits for is due; Infinity while it does not wait. */
  #nextDueUs = Number.POSITIVE_INFINITY
  #isHalted = false
  #greeted = 0
  #turnedAway = 0
  #excuseUntilUs = 0
  #reconnectSeconds = 0

  constructor(setup: GeneratorSetup) {
    const { scenario, feed, url, localAddresses, clock, index, count, shard, memory } = setup
    this.#setup = setup
    this.scenario = scenario
    this.target = parseTarget(url, localAddresses)
    this.#population = new Population(scenario, feed)
    this.audit = new Audit(this.#population, new UserLedger(memory), clock)
    this.messages = new SentMessages(clock, index)
    this.#plan = new Plan(scenario, this.#population)
    this.#random = seededRandom(scenario.seed + 7919 * (1 + index + shard.index))
    this.#timed = new TimedSample(
      Math.ceil(scenario.audit.timedConnections / (count * shard.count)),
      seededRandom(scenario.seed + 6_101 * (1 + index + shard.index)),
    )
    this.#conduct = new Conduct(scenario, this.audit, this.messages, this.#random)
  }

  async start(startUs: number): Promise<void> {
    this.#startUs = startUs
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#run()
  }

  async tick(): Promise<GeneratorTick> {
    const { delivery, presence } = this.audit
    return {
      counts: this.#counts(),
      latencies: {
        connect_ms: takeRecord(this.#connects),
        ack_ms: takeRecord(this.messages.acks),
        delivery_ms: takeRecord(delivery),
        presence_ms: takeRecord(presence),
        resume_ms: takeRecord(this.#resumes),
      },
      lateness: takeRecord(this.#conduct.lateness),
      ...this.#watch.take(),
    }
  }

  async halt(): Promise<void> {
    this.#isHalted = true
    this.coalescer.isActive = false
    this.#conduct.halt()
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#nextDueUs = Number.POSITIVE_INFINITY
  }

  async settle(lastOffset: number): Promise<Settlement> {
    let isComplete = true
    for (const connection of this.#all()) {
      if (connection.state === 'away') continue
      if (connection.state !== 'open' || connection.pending.size > 0) isComplete = false
      else if (!connection.receiver.offsets.isComplete(lastOffset)) isComplete = false
      if (!isComplete) break
    }
    return { isComplete, lastOffset: this.audit.stream.lastOffset }
  }

  async rosterDifferences(): Promise<RosterDifferences> {
    return differencesOf(this.#all(), this.audit)
  }

  async leaveFrom(firstUser: number, timeoutMs: number): Promise<void> {
    const leaving = [...this.connections]
      .filter(([user]) => user >= firstUser)
      .flatMap(([, connections]) => connections)
    for (const connection of leaving) connection.leave()
    const deadlineUs = nowUs() + timeoutMs * 1e3
    while (leaving.some(({ state }) => state === 'leaving') && nowUs() < deadlineUs)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    for (const connection of leaving) connection.end()
  }

  async findings(lastOffset: number): Promise<GeneratorFindings> {
    return collectFindings(this, lastOffset)
  }

  async end(): Promise<void> {
    await this.halt()
    clearInterval(this.#sweeper)
    this.#watch.stop()
    this.#conduct.end()
    for (const connection of this.#all()) connection.end()
  }

  onGreeted(connection: VirtualConnection, dueUs: number, isResuming: boolean): void {
    this.#greeted += 1
    this.#timed.offer(connection)
    const latencyUs = nowUs() - dueUs
    if (this.audit.isRecording) this.#connects.record(latencyUs)
    const isFirst = this.connections.get(connection.user)![0] === connection
    this.#conduct.onGreeted(connection, latencyUs, isFirst && !isResuming)
  }

  onAbandoned(messages: number): void {
    this.messages.abandoned += messages
    this.audit.counts.ambiguous += messages
  }

  onResumed(_connection: VirtualConnection, dueUs: number): void {
    this.#resumes.record(nowUs() - dueUs)
  }

  onPrivate(connection: VirtualConnection, frame: PrivateFrame, now: number): void {
    if (frame.type === 'ACK') {
      const { client_id, offset } = frame as unknown as { client_id: string; offset: number }
      const serial = this.messages.onAck(connection, { client_id, offset }, now)
      if (serial !== undefined) this.#conduct.onAcknowledged(connection)
    } else if (frame.type === 'ERROR') {
      const { code, ref } = frame as unknown as { code: string; ref?: string }
      this.messages.onError(connection, code, ref)
    }
  }

  onLost(connection: VirtualConnection, end: SocketEnd, wasOpen: boolean): void {
    const isExpected =
      nowUs() < this.#excuseUntilUs ||
      (end.code !== undefined && this.scenario.audit.allowCloses.includes(end.code))
    if (end.isOurFault) this.ownFaults.add(end.reason)
    else if (isExpected) this.expectedLosses.add(end.reason)
    else (wasOpen ? this.lost : this.failedConnects).add(end.reason)
    if (!this.scenario.audit.reconnect) {
      this.audit.settle(connection.receiver, this.audit.stream.lastOffset)
      return
    }
    const spreadMs = this.#random() * this.#reconnectSeconds * 1000
    const delayMs = wasOpen && nowUs() < this.#excuseUntilUs ? spreadMs : connection.nextBackoffMs()
    connection.reconnect(end.retryAfterMs ?? delayMs)
  }

  /** Timers wait until all sockets are read, which takes long when there are thousands. */
  onTurn(now: number): void {
    if (now < this.#nextDueUs) return
    clearTimeout(this.#timer)
    this.#run()
  }

  /** Does what is due, and comes back when more is. */
  #run(): void {
    this.#nextDueUs = Number.POSITIVE_INFINITY
    for (let done = 0; !this.#isHalted; done++) {
      const next = this.#plan.peek()
      if (next === undefined) return
      const waitMs = (this.#startUs + next.dueUs - nowUs()) / 1e3
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#run(), Math.max(1, Math.round(waitMs)))
        this.#nextDueUs = this.#startUs + next.dueUs
        return
      }
      if (done >= BURST) {
        this.#immediate = setImmediate(() => this.#run())
        return
      }
      this.#plan.take()
      this.#act(next.action, this.#startUs + next.dueUs)
    }
  }

  #act(action: Action, dueUs: number): void {
    switch (action.kind) {
      case 'phase':
        this.#beginPhase(action.index, action.chaos)
        return
      case 'turned-away':
        // The plan is the same for all generators; one of them counts.
        if (this.#setup.index === 0 && this.#setup.shard.index === 0) this.#turnedAway += 1
        return
    }
    if (!this.#isMine(action.user)) return
    const connections = this.#connectionsOf(action.user)
    switch (action.kind) {
      case 'join':
        for (const connection of connections) connection.join(dueUs)
        break
      case 'leave':
        for (const connection of connections) connection.leave()
        break
      case 'send':
        this.#conduct.send(
          connections[Math.floor(action.point * connections.length)]!,
          action,
          dueUs,
        )
        break
      case 'typing':
        this.#conduct.type(connections[0]!, action)
        break
      case 'read':
        this.#conduct.read(connections[0]!)
        break
      case 'react':
        this.#conduct.react(connections[0]!)
        break
    }
  }

  #beginPhase(index: number, chaos: Chaos | undefined): void {
    this.audit.isRecording = this.scenario.phases[index]!.record
    // That a server is gone is noticed by reading.
    this.coalescer.isActive = !(chaos && 'server' in chaos)
    if (!chaos) return
    if ('server' in chaos) {
      this.#excuseUntilUs = nowUs() + chaos.downSeconds * 1e6 + EXCUSE_US
      this.#reconnectSeconds = chaos.reconnectSeconds
      return
    }
    const random = seededRandom(this.scenario.seed + 104_729 * (index + 1))
    const share = ('drop' in chaos ? chaos.drop : chaos.stall) / 100
    for (let user = 0; user < this.#population.size; user++)
      for (let place = 0; place < this.#population.connectionsOf[user]!; place++) {
        // Drawn for every connection, so that all generators and runs choose the same.
        const isChosen = random() < share
        const delay = random()
        const connection = isChosen ? this.connections.get(user)?.[place] : undefined
        if (!connection) continue
        if ('drop' in chaos) connection.drop(chaos.by, delay * chaos.reconnectSeconds * 1000)
        else connection.stall(chaos.seconds * 1000)
      }
  }

  #sweep(): void {
    const now = nowUs()
    let least = Number.POSITIVE_INFINITY
    for (const connection of this.#all()) {
      if (connection.connectingUs(now) > CONNECT_TIMEOUT_US) connection.terminate('timeout')
      if (connection.receiver.cursor >= 0) least = Math.min(least, connection.receiver.cursor)
    }
    if (Number.isFinite(least)) this.audit.stream.release(least)
  }

  #counts(): GeneratorCounts {
    let open = 0
    let timed = 0
    for (const { state, receiver } of this.#all()) {
      if (state !== 'open') continue
      open += 1
      if (receiver.isTimed) timed += 1
    }
    const { messages } = this
    return {
      open,
      timed,
      greeted: this.#greeted,
      sent: messages.sent,
      acknowledged: messages.acknowledged,
      delivered: this.audit.counts.delivered,
      recorded: this.audit.counts.recorded,
      unsent: messages.unsent,
      refused: messages.refused,
      turnedAway: this.#turnedAway,
      expectationsMissed: this.#conduct.expectationsMissed,
      failedConnects: this.failedConnects.total,
      lost: this.lost.total,
    }
  }

  *#all(): Iterable<VirtualConnection> {
    for (const connections of this.connections.values()) yield* connections
  }

  #isMine(user: number): boolean {
    const { shard, index, count } = this.#setup
    return user % shard.count === shard.index && Math.floor(user / shard.count) % count === index
  }

  #connectionsOf(user: number): VirtualConnection[] {
    const known = this.connections.get(user)
    if (known) return known
    const { slowReader, expect = [] } = this.#conduct.behaviourOf(user)
    const created = Array.from({ length: this.#population.connectionsOf[user]! }, (_, place) => {
      const connection = new VirtualConnection(user, user * 128 + place, this)
      connection.receiver.isTimed = false
      connection.slowness = slowReader?.bytesPerSecond ?? 0
      connection.isExpected = expect.length > 0
      return connection
    })
    this.connections.set(user, created)
    return created
  }
}

function takeRecord(histogram: Histogram): HistogramRecord {
  const record = histogram.toRecord()
  histogram.clear()
  return record
}
