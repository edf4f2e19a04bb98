import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from '../clock.ts'
import type { GeneratorHandle, RosterDifferences } from '../generator/generator-setup.ts'
import type { GeneratorFindings } from '../generator/tick.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { BenchTarget } from './bench-target.ts'
import { checkDatabase, type DatabaseFindings } from './database-check.ts'
import { Observer } from './observer.ts'
import { type ClientCounters, compareCounters, type ServerCounters } from './server-counters.ts'

/** How often it is looked whether what is waited for has come. */
const POLL_MS = 20

/** The share of the time in which deliveries may come; the rest is for what follows. */
const DRAIN_SHARE = 0.6

/** The longest wait when the run was interrupted, for what is under way. */
const CUT_DRAIN_S = 1

/** What was found once the phases were over. */
export interface ClosingFindings {
  readonly generators: readonly GeneratorFindings[]
  /** Undefined where presence was not judged. */
  readonly rosters: RosterDifferences | undefined
  readonly ghosts: number | undefined
  readonly database: DatabaseFindings | undefined
  /** Where the server's own counts differ from the clients', in words. */
  readonly serverDisagrees: readonly string[]
  /** What keeps the figures from being sure. */
  readonly doubts: readonly string[]
}

/** What the end of a run needs of the run. */
export interface ClosingContext {
  readonly generators: readonly GeneratorHandle[]
  readonly clock: string
  /** Query of a user that takes no part. */
  readonly outsider: string
  /** Where the log stood at the start. */
  readonly start: { readonly epoch: string; readonly offset: number }
  /** Whether the run was interrupted: nothing is judged that takes time. */
  readonly isCut: boolean
  /** What the server counted before the run; undefined where it does not tell, or starts again. */
  readonly countersBefore: ServerCounters | undefined
  /** What the clients counted so far. */
  readonly clientCounts: () => ClientCounters
  readonly tick: () => Promise<void>
  readonly enter: (phase: string) => void
}

/**
 * What comes after the phases: what is under way arrives, rosters agree, the database is read, and
 * all leave under the eyes of those still there. Never longer than the scenario drains, in all.
 */
export class Closing {
  readonly #scenario: Scenario
  readonly #target: BenchTarget
  readonly #context: ClosingContext
  readonly #drainDeadlineUs: number
  readonly #deadlineUs: number
  readonly #doubts: string[] = []

  constructor(scenario: Scenario, target: BenchTarget, context: ClosingContext) {
    this.#scenario = scenario
    this.#target = target
    this.#context = context
    const patienceSeconds = context.isCut ? CUT_DRAIN_S : Number.POSITIVE_INFINITY
    const drainUs = Math.min(scenario.drainSeconds, patienceSeconds) * 1e6
    this.#drainDeadlineUs = nowUs() + DRAIN_SHARE * drainUs
    this.#deadlineUs = nowUs() + drainUs
  }

  async run(): Promise<ClosingFindings> {
    const { generators, tick, enter } = this.#context
    enter('draining')
    const lastOffset = await this.#drain()
    const isJudging = this.#scenario.audit.presence && !this.#context.isCut
    const here = isJudging ? await this.#untilRostersAgree() : undefined
    await tick()
    const collected = await Promise.all(generators.map((one) => one.findings(lastOffset)))
    const serverDisagrees = await this.#compareCounters()
    const database = await this.#checkDatabase(collected)
    enter('leaving')
    const left = await this.#leave(isJudging)
    await tick()
    // Who came late or was told of the leaving is in the second look only.
    const after = await Promise.all(generators.map((one) => one.findings(lastOffset)))
    return {
      generators: collected.map((findings, index) => ({
        ...findings,
        falseOffline: after[index]!.falseOffline,
        flaps: after[index]!.flaps,
        presence: after[index]!.presence,
        lost: after[index]!.lost,
      })),
      rosters: here &&
        left.rosters && {
          notSeenOnline: here.notSeenOnline + left.rosters.notSeenOnline,
          notSeenOffline: here.notSeenOffline + left.rosters.notSeenOffline,
        },
      ghosts: left.ghosts,
      database,
      serverDisagrees,
      doubts: this.#doubts,
    }
  }

  /** Waits until all have everything; returns the newest offset that there is. */
  async #drain(): Promise<number> {
    const { generators, start } = this.#context
    let lastOffset = start.offset
    for (;;) {
      const settlements = await Promise.all(generators.map((one) => one.settle(lastOffset)))
      const newest = Math.max(lastOffset, ...settlements.map((one) => one.lastOffset))
      const isSettled = newest === lastOffset && settlements.every((one) => one.isComplete)
      lastOffset = newest
      if (isSettled || nowUs() >= this.#drainDeadlineUs) return lastOffset
      await sleep(POLL_MS)
    }
  }

  async #untilRostersAgree(): Promise<RosterDifferences> {
    for (let waitMs = POLL_MS; ; waitMs = Math.min(500, waitMs * 2)) {
      const all = await Promise.all(this.#context.generators.map((one) => one.rosterDifferences()))
      const differences = {
        notSeenOnline: all.reduce((sum, one) => sum + one.notSeenOnline, 0),
        notSeenOffline: all.reduce((sum, one) => sum + one.notSeenOffline, 0),
      }
      const isAgreed = differences.notSeenOnline + differences.notSeenOffline === 0
      if (isAgreed || nowUs() >= this.#deadlineUs) return differences
      await sleep(waitMs)
    }
  }

  async #checkDatabase(
    findings: readonly GeneratorFindings[],
  ): Promise<DatabaseFindings | undefined> {
    const { audit } = this.#scenario
    const { clock, outsider, start, isCut } = this.#context
    if (!audit.database || !this.#target.ownServer || isCut) return undefined
    this.#context.enter('reading the log')
    const query = `${outsider}&since=${start.offset}&epoch=${start.epoch}`
    const timeoutMs = Math.max(1_000, (this.#deadlineUs - nowUs()) / 1e3)
    const found = await checkDatabase(findings, {
      url: this.#target.url,
      query,
      clock,
      timeoutMs,
    })
    if (!found)
      this.#doubts.push('the log could not be read back in time: raise drainSeconds to be sure')
    return found
  }

  async #compareCounters(): Promise<string[]> {
    const { countersBefore, clientCounts, isCut } = this.#context
    if (!countersBefore || isCut) return []
    return compareCounters(this.#target.url, countersBefore, clientCounts())
  }

  /** Half of the users leave, watched by the others; then these leave, and someone looks. */
  async #leave(
    isJudging: boolean,
  ): Promise<{ rosters: RosterDifferences | undefined; ghosts: number | undefined }> {
    const { generators, isCut } = this.#context
    const timeoutMs = () => Math.max(500, (this.#deadlineUs - nowUs()) / 1e3)
    const leaveFrom = (user: number) =>
      Promise.all(generators.map((one) => one.leaveFrom(user, timeoutMs())))
    if (!isJudging) {
      if (!isCut) await leaveFrom(0)
      return { rosters: undefined, ghosts: undefined }
    }
    await leaveFrom(Math.ceil(this.#scenario.users.count / 2))
    const rosters = await this.#untilRostersAgree()
    await leaveFrom(0)
    return { rosters, ghosts: await this.#countGhosts() }
  }

  /** Users of the run that a new connection finds online; undefined when there is no server. */
  async #countGhosts(): Promise<number | undefined> {
    // Other machines' users are still here.
    if (this.#target.shard.count > 1) return undefined
    const timeoutMs = Math.max(1_000, (this.#deadlineUs - nowUs()) / 1e3)
    const { url } = this.#target
    const observer = new Observer(url, this.#context.outsider, this.#context.clock, timeoutMs)
    try {
      await observer.greeting
      const { firstId, count } = this.#scenario.users
      const ids = this.#target.feed?.map(({ userId }) => userId)
      const own = Number(/userId=(\d+)/.exec(this.#context.outsider)![1])
      const isGhost = (id: number) =>
        id !== own && (ids ? ids.includes(id) : id >= firstId && id < firstId + count)
      const ghosts = () => [...observer.online].filter(isGhost).length
      while (ghosts() > 0 && nowUs() < this.#deadlineUs) await sleep(POLL_MS)
      return ghosts()
    } catch {
      this.#doubts.push('the server was gone at the end, so who is left could not be judged')
      return undefined
    } finally {
      observer.close()
    }
  }
}
