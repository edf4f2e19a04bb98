import { setTimeout as sleep } from 'node:timers/promises'
import type { RosterDifferences } from '../audit/roster-judge.ts'
import { type Agreement, agree } from '../audit/versions.ts'
import { nowUs } from '../clock.ts'
import type { ServerOutages } from '../host/server-outage.ts'
import { checkDatabase, type DatabaseFindings } from '../probe/database-check.ts'
import { countGhosts } from '../probe/ghosts.ts'
import {
  type ClientCounters,
  compareCounters,
  type ServerCounters,
} from '../probe/server-counters.ts'
import type { TeardownFindings } from '../result/compose-result.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Population } from '../schedule/population.ts'
import type { GeneratorHandle } from '../worker/generator-setup.ts'
import type { GeneratorFindings } from '../worker/snapshot.ts'
import type { BenchTarget } from './bench-target.ts'
import type { SnapshotStage } from './recorder.ts'
import { type StepBudget, TeardownBudget, type TeardownStep } from './teardown-budget.ts'

/** How often it is looked whether what is waited for has come. */
const POLL_MS = 20

/** What arrives within this time is still flowing. */
const FLOW_MS = 100

/** What the end of a run needs of the run. */
export interface TeardownContext {
  readonly generators: readonly GeneratorHandle[]
  readonly origin: string
  readonly population: Population
  /** Query of a user that takes no part. */
  readonly probeQuery: string
  readonly outages: ServerOutages
  /** Where the log stood at the start. */
  readonly startOffset: number
  /** What the server counted before the run; undefined where it does not tell, or starts again. */
  readonly countersBefore: ServerCounters | undefined
  /** What the clients counted as of the last snapshot. */
  readonly clientCounts: () => ClientCounters & { readonly delivered: number }
  readonly takeSnapshot: (stage: SnapshotStage) => Promise<void>
  readonly enter: (phase: string) => void
}

/**
 * What comes after the phases: what is under way arrives, rosters agree, all leave under the eyes of
 * those still there, and the database is read. Never longer than the scenario drains, in all.
 */
export class Teardown {
  readonly #scenario: Scenario
  readonly #target: BenchTarget
  readonly #context: TeardownContext
  readonly #budget: TeardownBudget
  readonly #stepBudget: StepBudget
  readonly #doubts: string[] = []

  constructor(scenario: Scenario, target: BenchTarget, context: TeardownContext) {
    this.#scenario = scenario
    this.#target = target
    this.#context = context
    this.#budget = new TeardownBudget(scenario.drainSeconds, target.signal)
    this.#stepBudget = target.budget ?? this.#budget
  }

  async run(): Promise<TeardownFindings> {
    const { generators, outages, takeSnapshot, enter } = this.#context
    enter('draining')
    await outages.settle(this.#stepBudget.leftMs('drain'))
    const { lastOffset, isFlowing, settledSeconds } = await this.#drain()
    // Where chats have members, whom a user sees online depends on those.
    const { audit, chats } = this.#scenario
    const isJudging = audit.presence && !chats && !isFlowing
    const here = isJudging ? await this.#untilRostersAgree('rosters') : undefined
    await takeSnapshot('settled')
    const drainedSeconds = settledSeconds ?? this.#budget.passedSeconds
    const collected = await Promise.all(generators.map((one) => one.findings(lastOffset)))
    const agreement = agree(collected)
    const serverDisagrees = isFlowing ? [] : await this.#compareCounters()
    enter('leaving')
    const left = await this.#leave(isJudging)
    // That all leave at once is not of the scenario, and no figure of it.
    await takeSnapshot('leaving')
    // Who was reported offline by mistake meanwhile is in the second look only.
    const departures = await Promise.all(generators.map((one) => one.departures()))
    const database = await this.#checkDatabase(collected, agreement)
    return {
      generators: collected.map((findings, index) => ({
        ...findings,
        failedConnects: this.#budget.isCut
          ? findings.failedConnects
          : { ...findings.failedConnects, ...findings.neverReady },
        ...departures[index]!,
      })),
      agreement,
      drainedSeconds,
      rosters: here &&
        left.rosters && {
          notSeenOnline: here.notSeenOnline + left.rosters.notSeenOnline,
          notSeenOffline: here.notSeenOffline + left.rosters.notSeenOffline,
        },
      ghosts: left.ghosts,
      database,
      serverDisagrees: [...outages.problems, ...serverDisagrees],
      doubts: this.#doubts,
    }
  }

  /** Waits until all have everything, or the time is up; then more may still be flowing. */
  async #drain(): Promise<{
    lastOffset: number
    isFlowing: boolean
    /** After how long all had everything; undefined when they never had. */
    settledSeconds: number | undefined
  }> {
    const { generators, startOffset, takeSnapshot } = this.#context
    let lastOffset = startOffset
    let seconds = 0
    for (;;) {
      const settlements = await Promise.all(generators.map((one) => one.settle(lastOffset)))
      const newest = Math.max(lastOffset, ...settlements.map((one) => one.lastOffset))
      const isSettled = newest === lastOffset && settlements.every((one) => one.isComplete)
      lastOffset = newest
      if (isSettled)
        return { lastOffset, isFlowing: false, settledSeconds: this.#budget.passedSeconds }
      if (this.#stepBudget.leftMs('drain') === 0) break
      await sleep(POLL_MS)
      if (this.#budget.passedSeconds < seconds + 1) continue
      seconds += 1
      await takeSnapshot('draining')
    }
    const isFlowing = !this.#budget.isCut && (await this.#isFlowing())
    if (isFlowing)
      this.#doubts.push(
        'messages were still arriving when the time was up, so presence could not be judged: raise ' +
          'drainSeconds, or lower the rate',
      )
    return { lastOffset, isFlowing, settledSeconds: undefined }
  }

  async #isFlowing(): Promise<boolean> {
    const { takeSnapshot, clientCounts } = this.#context
    await takeSnapshot('draining')
    const before = clientCounts().delivered
    await sleep(FLOW_MS)
    await takeSnapshot('draining')
    return clientCounts().delivered > before
  }

  /**
   * How far rosters are from who is here, when they agree or the time is up.
   * @param leftSinceUs judges only users that left since; 0: everyone
   */
  async #untilRostersAgree(
    step: TeardownStep,
    leftSinceUs = 0,
  ): Promise<RosterDifferences | undefined> {
    for (let waitMs = POLL_MS; ; waitMs = Math.min(500, waitMs * 2)) {
      if (this.#budget.isCut) return undefined
      const all = await Promise.all(
        this.#context.generators.map((one) => one.rosterDifferences(leftSinceUs)),
      )
      const differences = {
        notSeenOnline: all.reduce((sum, one) => sum + one.notSeenOnline, 0),
        notSeenOffline: all.reduce((sum, one) => sum + one.notSeenOffline, 0),
      }
      const isAgreed = differences.notSeenOnline + differences.notSeenOffline === 0
      const leftMs = this.#stepBudget.leftMs(step)
      if (isAgreed || leftMs === 0) return differences
      await sleep(Math.min(waitMs, leftMs))
    }
  }

  async #checkDatabase(
    findings: readonly GeneratorFindings[],
    agreement: Agreement,
  ): Promise<DatabaseFindings | undefined> {
    const { origin, startOffset, enter } = this.#context
    const { ownServer } = this.#target
    if (!this.#scenario.audit.database || !ownServer || this.#budget.isCut) return undefined
    enter('reading the database')
    const leftMs = () => this.#stepBudget.leftMs('database')
    const knowledge = { origin, findings, agreement, leftMs }
    try {
      const found = await checkDatabase(ownServer.readLog(startOffset), knowledge)
      if (!found)
        this.#doubts.push('the database could not be read in time: raise drainSeconds to be sure')
      return found
    } catch (error) {
      this.#doubts.push(`the database could not be read: ${(error as Error).message}`)
      return undefined
    }
  }

  async #compareCounters(): Promise<string[]> {
    const { countersBefore, clientCounts } = this.#context
    if (!countersBefore || this.#budget.isCut) return []
    const clients = clientCounts()
    return compareCounters(this.#target.url, countersBefore, { clients, budget: this.#stepBudget })
  }

  /** Half of the users leave, watched by the others; then these leave, and someone looks. */
  async #leave(
    isJudging: boolean,
  ): Promise<{ rosters: RosterDifferences | undefined; ghosts: number | undefined }> {
    const { generators } = this.#context
    const leaveFrom = (user: number, step: TeardownStep) =>
      Promise.all(generators.map((one) => one.leaveFrom(user, this.#stepBudget.leftMs(step))))
    const unjudged = { rosters: undefined, ghosts: undefined }
    if (this.#budget.isCut) return unjudged
    if (!isJudging) {
      await leaveFrom(0, 'left')
      return unjudged
    }
    const sinceUs = nowUs()
    await leaveFrom(Math.ceil(this.#scenario.users.count / 2), 'leaving')
    const rosters = await this.#untilRostersAgree('leaving', sinceUs)
    await Promise.all(generators.map((one) => one.confirmReports()))
    await leaveFrom(0, 'left')
    return { rosters, ghosts: await this.#countGhosts() }
  }

  async #countGhosts(): Promise<number | undefined> {
    // Other machines' users are still here.
    if (this.#target.shard.count > 1 || this.#budget.isCut) return undefined
    const { probeQuery, population } = this.#context
    const leftMs = () => this.#stepBudget.leftMs('left')
    const { url } = this.#target
    const found = await countGhosts({ url, probeQuery, population, leftMs })
    if (found === undefined)
      this.#doubts.push(
        'the server did not say at the end who is online, so who was left could not be judged',
      )
    return found
  }
}
