import { Audit } from '../audit/audit.ts'
import { ChatLedger } from '../audit/chat-ledger.ts'
import { judgeRosters, type RosterDifferences } from '../audit/roster-judge.ts'
import { UserLedger } from '../audit/user-ledger.ts'
import type { GeneratorCounts } from '../metrics/counts.ts'
import type { Histogram, HistogramRecord } from '../metrics/histogram.ts'
import { Memberships } from '../schedule/memberships.ts'
import { Plan } from '../schedule/plan.ts'
import { PlanRunner } from '../schedule/plan-runner.ts'
import { Population } from '../schedule/population.ts'
import { seededRandom } from '../schedule/seeded-random.ts'
import { BehaviourRunner } from '../users/behaviour-runner.ts'
import { ConnectionOutcomes } from '../users/connection-outcomes.ts'
import { ConnectionPool } from '../users/connection-pool.ts'
import { FaultInjector } from '../users/fault-injector.ts'
import { MembershipActor } from '../users/membership-actor.ts'
import { PlanActor } from '../users/plan-actor.ts'
import { PlannedOutage } from '../users/planned-outage.ts'
import { ReadCoalescer } from '../users/read-coalescer.ts'
import { SeenMessages } from '../users/seen-messages.ts'
import { SentMessages } from '../users/sent-messages.ts'
import { TimedSample } from '../users/timed-sample.ts'
import { parseTarget } from '../wire/client-socket.ts'
import { collectDepartures, collectFindings } from './collect-findings.ts'
import type { GeneratorHandle, GeneratorSetup, Settlement } from './generator-setup.ts'
import { LoopWatch } from './loop-watch.ts'
import type { DepartureFindings, GeneratorFindings, GeneratorSnapshot } from './snapshot.ts'

/** How often connections are looked through for those that take too long. */
const SWEEP_MS = 1_000

/**
 * The load of one thread: its share of the users, over the whole plan. It wires what makes the load,
 * starts and ends it, and tells what came of it.
 */
export class Generator implements GeneratorHandle {
  readonly #audit: Audit
  readonly #messages: SentMessages
  readonly #coalescer = new ReadCoalescer()
  readonly #behaviours: BehaviourRunner
  readonly #outcomes: ConnectionOutcomes
  readonly #connections: ConnectionPool
  readonly #actor: PlanActor
  readonly #runner: PlanRunner
  readonly #watch = new LoopWatch()
  /** Whether it counts what all generators see alike. */
  readonly #isFirst: boolean
  #sweeper: NodeJS.Timeout | undefined
  /** Where the stream ended when it was last asked whether all is settled. */
  #settledEnd = -1

  constructor(setup: GeneratorSetup) {
    const { scenario, feed, url, localAddresses, origin, index, count, shard, memory } = setup
    this.#isFirst = index === 0 && shard.index === 0
    const population = new Population(scenario, feed)
    const memberships =
      scenario.chats && new Memberships(scenario.chats, population.size, scenario.seed)
    const chats = memberships && setup.chats ? new ChatLedger(memberships, setup.chats) : undefined
    const audit = new Audit(population, new UserLedger(memory), origin, chats)
    const messages = new SentMessages(origin, index, chats)
    const membership = chats && new MembershipActor(audit, chats, index)
    const random = seededRandom(scenario.seed + 7919 * (1 + index + shard.index))
    const behaviours = new BehaviourRunner(scenario, audit, messages, random)
    const outage = new PlannedOutage()
    const timed = new TimedSample(
      Math.ceil(scenario.audit.timedConnections / (count * shard.count)),
    )
    const coalescer = this.#coalescer
    const known = { scenario, audit, messages, behaviours, membership, coalescer }
    this.#outcomes = new ConnectionOutcomes({ ...known, timed, outage, random })
    this.#connections = new ConnectionPool(setup, behaviours, {
      target: parseTarget(url, localAddresses),
      audit,
      coalescer,
      listener: this.#outcomes,
      onTurn: (now) => this.#onTurn(now),
    })
    const faults = new FaultInjector(scenario, this.#connections, outage)
    this.#actor = new PlanActor({ ...known, connections: this.#connections, faults })
    this.#runner = new PlanRunner(new Plan(scenario, population, memberships), (action, dueUs) => {
      this.#watch.onWork()
      this.#actor.act(action, dueUs)
    })
    this.#audit = audit
    this.#messages = messages
    this.#behaviours = behaviours
  }

  async start(startUs: number): Promise<void> {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS)
    this.#runner.start(startUs)
  }

  async snapshot(): Promise<GeneratorSnapshot> {
    const { delivery, presence } = this.#audit
    return {
      counts: this.#counts(),
      latencies: {
        connect_ms: takeRecord(this.#outcomes.connects),
        ack_ms: takeRecord(this.#messages.acks),
        delivery_ms: takeRecord(delivery),
        presence_ms: takeRecord(presence),
        resume_ms: takeRecord(this.#outcomes.resumes),
      },
      lateness: takeRecord(this.#behaviours.lateness),
      ...this.#watch.take(),
    }
  }

  async halt(): Promise<void> {
    for (const action of this.#runner.halt())
      if (action.kind === 'send' && this.#connections.isMine(action.user))
        this.#messages.unsent += 1
    this.#coalescer.isActive = false
    this.#behaviours.halt()
  }

  async settle(lastOffset: number): Promise<Settlement> {
    const isComplete = this.#connections.isComplete(lastOffset)
    const { stream } = this.#audit
    // While more arrives, what was acknowledged may be among it.
    const isStill = isComplete || stream.end === this.#settledEnd
    this.#settledEnd = stream.end
    return { isComplete, lastOffset: isStill ? this.#lastOffset() : stream.lastOffset }
  }

  async rosterDifferences(leftSinceUs: number): Promise<RosterDifferences> {
    return judgeRosters(this.#connections.all(), this.#audit, leftSinceUs)
  }

  async confirmReports(): Promise<void> {
    this.#audit.reports.confirm()
  }

  async leaveFrom(firstUser: number, timeoutMs: number): Promise<void> {
    await this.#connections.leaveFrom(firstUser, timeoutMs)
  }

  async departures(): Promise<DepartureFindings> {
    return collectDepartures(this.#audit, this.#outcomes)
  }

  async findings(lastOffset: number): Promise<GeneratorFindings> {
    const [audit, messages] = [this.#audit, this.#messages]
    const [connections, outcomes] = [this.#connections, this.#outcomes]
    return collectFindings({ audit, messages, connections, outcomes }, lastOffset)
  }

  async end(): Promise<void> {
    await this.halt()
    clearInterval(this.#sweeper)
    this.#behaviours.end()
    for (const connection of this.#connections.all()) connection.end()
  }

  /** Something was read: does what has become due meanwhile. */
  #onTurn(now: number): void {
    this.#watch.onWork(now)
    this.#runner.onTurn(now)
  }

  /** The newest offset that was sent to anyone, or acknowledged for what was not sent to anyone. */
  #lastOffset(): number {
    const { lastOffset } = this.#audit.stream
    if (this.#messages.lastAckOffset <= lastOffset) return lastOffset
    return Math.max(lastOffset, new SeenMessages(this.#audit).newestUnseen(this.#messages))
  }

  #sweep(): void {
    const passed = this.#connections.sweep()
    if (passed !== undefined) this.#audit.stream.release(passed)
  }

  #counts(): GeneratorCounts {
    const { sent, acknowledged, unsent, refused } = this.#messages
    const { delivered, recorded } = this.#audit.counts
    const { greeted, failedConnects, lost } = this.#outcomes
    return {
      ...this.#connections.countOpen(),
      ...{ greeted, sent, acknowledged, delivered, recorded, unsent, refused },
      turnedAway: this.#isFirst ? this.#actor.turnedAway : 0,
      expectationsMissed: this.#behaviours.expectationsMissed,
      failedConnects: failedConnects.total,
      lost: lost.total,
    }
  }
}

function takeRecord(histogram: Histogram): HistogramRecord {
  const record = histogram.toRecord()
  histogram.clear()
  return record
}
