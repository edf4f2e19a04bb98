import { Audit } from '../audit/audit.ts'
import type { ParsedFrame } from '../audit/parsed-frame.ts'
import { judgeRosters, type RosterDifferences } from '../audit/roster-judge.ts'
import { UserLedger } from '../audit/user-ledger.ts'
import { nowUs } from '../clock.ts'
import type { GeneratorCounts } from '../metrics/counts.ts'
import { Histogram, type HistogramRecord } from '../metrics/histogram.ts'
import type { Chaos } from '../scenario/phase.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type Action, Plan } from '../schedule/plan.ts'
import { PlanRunner } from '../schedule/plan-runner.ts'
import { Population } from '../schedule/population.ts'
import { seededRandom } from '../schedule/seeded-random.ts'
import { BehaviourRunner } from '../users/behaviour-runner.ts'
import { ConnectionPool } from '../users/connection-pool.ts'
import { FaultInjector } from '../users/fault-injector.ts'
import { ReadCoalescer } from '../users/read-coalescer.ts'
import { SeenMessages } from '../users/seen-messages.ts'
import { type Ack, SentMessages } from '../users/sent-messages.ts'
import { Tally } from '../users/tally.ts'
import { TimedSample } from '../users/timed-sample.ts'
import type { ConnectionOwner, VirtualConnection } from '../users/virtual-connection.ts'
import { parseTarget, type SocketEnd } from '../wire/client-socket.ts'
import { collectDepartures, collectFindings } from './collect-findings.ts'
import type { GeneratorHandle, GeneratorSetup, Settlement } from './generator-setup.ts'
import { LoopWatch } from './loop-watch.ts'
import type { DepartureFindings, GeneratorFindings, GeneratorSnapshot } from './snapshot.ts'

/** How often connections are looked through for those that take too long. */
const SWEEP_MS = 1_000

/** The load of one thread: its share of the users, over the whole plan. */
export class Generator implements GeneratorHandle, ConnectionOwner {
  readonly target
  readonly audit: Audit
  readonly messages: SentMessages
  readonly coalescer = new ReadCoalescer()
  readonly connections: ConnectionPool
  readonly lost = new Tally()
  readonly expectedLosses = new Tally()
  readonly failedConnects = new Tally()
  readonly ownFaults = new Tally()
  readonly scenario: Scenario
  readonly #setup: GeneratorSetup
  readonly #population: Population
  readonly #runner: PlanRunner
  readonly #faults: FaultInjector
  readonly #watch = new LoopWatch()
  readonly #connects = new Histogram()
  readonly #resumes = new Histogram()
  readonly #behaviours: BehaviourRunner
  readonly #timed: TimedSample
  /** Decides by itself in what way it does what the plan leaves open. */
  readonly #random: () => number
  #sweeper: NodeJS.Timeout | undefined
  #greeted = 0
  /** Where the stream ended when it was last asked whether all is settled. */
  #settledEnd = -1
  #turnedAway = 0

  constructor(setup: GeneratorSetup) {
    const { scenario, feed, url, localAddresses, clock, index, count, shard, memory } = setup
    this.#setup = setup
    this.scenario = scenario
    this.target = parseTarget(url, localAddresses)
    this.#population = new Population(scenario, feed)
    this.audit = new Audit(this.#population, new UserLedger(memory), clock)
    this.messages = new SentMessages(clock, index)
    this.#runner = new PlanRunner(new Plan(scenario, this.#population), (action, dueUs) =>
      this.#act(action, dueUs),
    )
    this.#random = seededRandom(scenario.seed + 7919 * (1 + index + shard.index))
    const share = scenario.audit.timedConnections / (count * shard.count)
    this.#timed = new TimedSample(Math.ceil(share))
    this.#behaviours = new BehaviourRunner(scenario, this.audit, this.messages, this.#random)
    this.connections = new ConnectionPool(this.#population, this.#behaviours, this, setup)
    this.#faults = new FaultInjector(scenario, this.#population, this.connections)
  }

  async start(startUs: number): Promise<void> {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#runner.start(startUs)
  }

  async snapshot(): Promise<GeneratorSnapshot> {
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
      lateness: takeRecord(this.#behaviours.lateness),
      ...this.#watch.take(),
    }
  }

  async halt(): Promise<void> {
    for (const action of this.#runner.halt())
      if (action.kind === 'send' && this.connections.isMine(action.user)) this.messages.unsent += 1
    this.coalescer.isActive = false
    this.#behaviours.halt()
  }

  async settle(lastOffset: number): Promise<Settlement> {
    let isComplete = true
    for (const connection of this.connections.all()) {
      if (connection.state === 'away') continue
      if (connection.state !== 'open' || connection.pending.size > 0) isComplete = false
      else if (!connection.receiver.offsets.isComplete(lastOffset)) isComplete = false
      if (!isComplete) break
    }
    const { end } = this.audit.stream
    // While more arrives, what was acknowledged may be among it.
    const isStill = isComplete || end === this.#settledEnd
    this.#settledEnd = end
    return { isComplete, lastOffset: isStill ? this.#lastOffset() : this.audit.stream.lastOffset }
  }

  async rosterDifferences(leftSinceUs: number): Promise<RosterDifferences> {
    return judgeRosters(this.connections.all(), this.audit, leftSinceUs)
  }

  async confirmReports(): Promise<void> {
    this.audit.reports.confirm()
  }

  async leaveFrom(firstUser: number, timeoutMs: number): Promise<void> {
    await this.connections.leaveFrom(firstUser, timeoutMs)
  }

  async departures(): Promise<DepartureFindings> {
    return collectDepartures(this)
  }

  async findings(lastOffset: number): Promise<GeneratorFindings> {
    return collectFindings(this, lastOffset)
  }

  async end(): Promise<void> {
    await this.halt()
    clearInterval(this.#sweeper)
    this.#behaviours.end()
    for (const connection of this.connections.all()) connection.end()
  }

  onGreeted(connection: VirtualConnection, dueUs: number, isResuming: boolean): void {
    this.#greeted += 1
    this.#timed.offer(connection)
    const latencyUs = nowUs() - dueUs
    if (this.audit.isRecording) this.#connects.record(latencyUs)
    const isFirst = this.connections.of(connection.user)[0] === connection
    this.#behaviours.onGreeted(connection, latencyUs, isFirst && !isResuming)
  }

  onAbandoned(messages: number): void {
    this.messages.abandoned += messages
    this.audit.counts.ambiguous += messages
  }

  onResumed(_connection: VirtualConnection, dueUs: number): void {
    this.#resumes.record(nowUs() - dueUs)
  }

  onPrivate(connection: VirtualConnection, frame: ParsedFrame, now: number): void {
    if (frame.type === 'ACK') {
      const serial = this.messages.onAck(connection, frame as unknown as Ack, now)
      if (serial !== undefined) this.#behaviours.onAcknowledged(connection)
    } else if (frame.type === 'ERROR') {
      const { code, ref } = frame as unknown as { code: string; ref?: string }
      this.messages.onError(connection, code, ref)
    }
  }

  onLost(connection: VirtualConnection, end: SocketEnd, wasOpen: boolean): void {
    // Perhaps the server is gone: the others notice only by reading.
    this.coalescer.releaseAll()
    const { isServerDown } = this.#faults
    const isExpected =
      isServerDown || (end.code !== undefined && this.scenario.audit.allowCloses.includes(end.code))
    if (end.isOurFault) this.ownFaults.add(end.reason)
    else if (isExpected) this.expectedLosses.add(end.reason)
    else (wasOpen ? this.lost : this.failedConnects).add(end.reason)
    if (!this.scenario.audit.reconnect) {
      connection.receiver.settle(this.audit.stream.lastOffset)
      return
    }
    const spreadMs = this.#random() * this.#faults.reconnectSeconds * 1000
    const delayMs = wasOpen && isServerDown ? spreadMs : connection.nextBackoffMs()
    connection.reconnect(end.retryAfterMs ?? delayMs)
  }

  /** The newest offset that was sent to anyone, or acknowledged for what was not sent to anyone. */
  #lastOffset(): number {
    const { lastOffset } = this.audit.stream
    if (this.messages.lastAckOffset <= lastOffset) return lastOffset
    return Math.max(lastOffset, new SeenMessages(this.audit).newestUnseen(this.messages))
  }

  onTurn(now: number): void {
    this.#watch.onWork(now)
    this.#runner.onTurn(now)
  }

  #act(action: Action, dueUs: number): void {
    this.#watch.onWork()
    switch (action.kind) {
      case 'phase':
        this.#beginPhase(action.index, action.chaos)
        return
      case 'turned-away':
        // The plan is the same for all generators; one of them counts.
        if (this.#setup.index === 0 && this.#setup.shard.index === 0) this.#turnedAway += 1
        return
    }
    if (!this.connections.isMine(action.user)) return
    const connections = this.connections.of(action.user)
    switch (action.kind) {
      case 'join':
        for (const connection of connections) connection.join(dueUs)
        break
      case 'leave':
        for (const connection of connections) connection.leave()
        break
      case 'send':
        this.#behaviours.send(
          connections[Math.floor(action.point * connections.length)]!,
          action,
          dueUs,
        )
        break
      case 'typing':
        this.#behaviours.type(connections[0]!, action)
        break
      case 'read':
        this.#behaviours.read(connections[0]!)
        break
      case 'react':
        this.#behaviours.react(connections[0]!)
        break
    }
  }

  #beginPhase(index: number, chaos: Chaos | undefined): void {
    this.audit.isRecording = this.scenario.phases[index]!.record
    // That a server is gone is noticed by reading.
    this.coalescer.isActive = !(chaos && 'server' in chaos)
    if (chaos) this.#faults.begin(index, chaos)
  }

  #sweep(): void {
    const passed = this.connections.sweep()
    if (passed !== undefined) this.audit.stream.release(passed)
  }

  #counts(): GeneratorCounts {
    const { messages } = this
    return {
      ...this.connections.countOpen(),
      greeted: this.#greeted,
      sent: messages.sent,
      acknowledged: messages.acknowledged,
      delivered: this.audit.counts.delivered,
      recorded: this.audit.counts.recorded,
      unsent: messages.unsent,
      refused: messages.refused,
      turnedAway: this.#turnedAway,
      expectationsMissed: this.#behaviours.expectationsMissed,
      failedConnects: this.failedConnects.total,
      lost: this.lost.total,
    }
  }
}

function takeRecord(histogram: Histogram): HistogramRecord {
  const record = histogram.toRecord()
  histogram.clear()
  return record
}
