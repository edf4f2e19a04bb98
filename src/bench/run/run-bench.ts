import { createHash, randomBytes } from 'node:crypto'
import { availableParallelism, cpus, hostname, totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { ChatwsError } from '../../protocol/error.ts'
import { UserLedger } from '../audit/user-ledger.ts'
import { nowUs } from '../clock.ts'
import type { GeneratorHandle } from '../generator/generator-setup.ts'
import { Population } from '../plan/population.ts'
import { type TimedPhase, timePhases } from '../plan/timetable.ts'
import { phaseSeconds, type Scenario } from '../scenario/scenario.ts'
import { listThresholds, type Threshold } from '../scenario/threshold.ts'
import type { BenchResult, Second } from './bench-result.ts'
import type { BenchTarget, Progress } from './bench-target.ts'
import { Closing } from './closing.ts'
import { composeResult } from './compose-result.ts'
import { HttpLoad } from './http-load.ts'
import { createLookup } from './lookup.ts'
import { Measurements, type UsageSample } from './measurements.ts'
import { Observer } from './observer.ts'
import { preflight, readHostLimits } from './preflight.ts'
import { ownUsage, usageOf } from './process-usage.ts'
import { readServerCounters } from './server-counters.ts'
import { findAbort } from './threshold-check.ts'

/** Time between rows of the series. */
const SECOND_MS = 1_000

/** How often progress is told. */
const PROGRESS_MS = 250

/** Time that generators have to get ready, once they are there. */
const HEAD_START_US = 20_000

const CONNECT_TIMEOUT_MS = 30_000

/**
 * Plays a scenario against a server and audits every delivery. Throws CONNECT_FAILED when the
 * server cannot be reached at all, and PREFLIGHT_FAILED when this machine cannot hold the load.
 */
export async function runBench(scenario: Scenario, target: BenchTarget): Promise<BenchResult> {
  const population = new Population(scenario, target.feed)
  const localAddresses = preflight(
    Math.ceil(population.connectionCount / target.shard.count),
    target.url,
    readHostLimits(),
  )
  if (!target.ownServer && scenario.phases.some(({ chaos }) => chaos && 'server' in chaos))
    throw new ChatwsError(
      'USAGE',
      'The scenario stops the server, which only works without --url: on a server of its own',
    )
  const run = new BenchRun(scenario, target, { population, localAddresses })
  const timer = setInterval(() => target.onProgress(run.progress()), PROGRESS_MS)
  try {
    return await run.play()
  } finally {
    clearInterval(timer)
    await run.end()
  }
}

/** A run from the first connection to the last. */
class BenchRun {
  readonly #scenario: Scenario
  readonly #target: BenchTarget
  readonly #population: Population
  readonly #localAddresses: readonly string[]
  readonly #phases: readonly TimedPhase[]
  readonly #thresholds: readonly Threshold[]
  readonly #clock = randomBytes(4).toString('hex')
  readonly #startedAt = new Date()
  readonly #beginUs = nowUs()
  readonly #measurements: Measurements
  /** Aborts when the run is interrupted, or a threshold wants it. */
  readonly #stop = new AbortController()
  #generators: GeneratorHandle[] = []
  #http: HttpLoad | undefined
  #startUs = 0
  #phaseName = 'starting'
  #abortedBy: string | undefined
  #isOver = false

  constructor(
    scenario: Scenario,
    target: BenchTarget,
    { population, localAddresses }: { population: Population; localAddresses: readonly string[] },
  ) {
    this.#scenario = scenario
    this.#target = target
    this.#population = population
    this.#localAddresses = localAddresses
    this.#phases = timePhases(scenario.phases)
    this.#thresholds = listThresholds(scenario.thresholds)
    this.#measurements = new Measurements(this.#sample())
    const { signal } = target
    if (signal.aborted) this.#stop.abort()
    else signal.addEventListener('abort', () => this.#stop.abort(), { once: true })
  }

  progress(): Progress {
    const { series, counts } = this.#measurements
    return {
      phase: this.#phaseName,
      elapsedSeconds: this.#startUs === 0 ? 0 : (nowUs() - this.#startUs) / 1e6,
      plannedSeconds: phaseSeconds(this.#scenario),
      connections: this.#population.connectionCount,
      series,
      delivered: counts.delivered,
      sent: counts.sent,
    }
  }

  async play(): Promise<BenchResult> {
    const observer = this.#observe('')
    const { epoch, offset } = await observer.greeting
    observer.close()
    const countersBefore = await this.#readCounters()
    const idle = await this.#measureIdleHttp()
    await this.#launch()
    const outcome = await this.#playPhases()
    const closing = new Closing(this.#scenario, this.#target, {
      generators: this.#generators,
      clock: this.#clock,
      outsider: this.#outsider(),
      start: { epoch, offset },
      isCut: this.#target.signal.aborted,
      countersBefore,
      clientCounts: () => this.#measurements.counts,
      tick: async () => void (await this.#tick()),
      enter: (phase) => this.#enter(phase),
    })
    const findings = await closing.run()
    this.#isOver = true
    return composeResult({
      scenario: this.#scenario,
      measurements: this.#measurements,
      thresholds: this.#thresholds,
      findings,
      http: { idle, loaded: outcome },
      loadSeconds: this.#loadSeconds(),
      context: {
        startedAt: this.#startedAt.toISOString(),
        elapsedSeconds: (nowUs() - this.#beginUs) / 1e6,
        isInterrupted: this.#target.signal.aborted,
        abortedBy: this.#abortedBy,
        shards: [`${this.#target.shard.index + 1}/${this.#target.shard.count}`],
        isOwnServer: this.#target.ownServer !== undefined,
        workers: this.#target.workers,
        users: this.#population.size,
        host: describeHost(),
        hash: hashOf(this.#scenario),
      },
    })
  }

  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all([this.#http?.end(), ...this.#generators.map((generator) => generator.end())])
  }

  #enter(phase: string): void {
    this.#phaseName = phase
    this.#target.onProgress(this.progress())
  }

  /** A user that takes no part, so that nobody mistakes it for one that does. */
  #outsider(): string {
    const last = this.#population.size - 1
    const token = this.#population.tokenOf(0)
    // Where tokens are needed, only those of the feed are known.
    if (token !== undefined)
      return `?userId=${this.#population.idOf(0)}&token=${encodeURIComponent(token)}`
    return `?userId=${Math.max(this.#population.idOf(last), this.#population.idOf(0)) + 1_000_003}`
  }

  #observe(query: string): Observer {
    const { url } = this.#target
    return new Observer(url, `${this.#outsider()}${query}`, this.#clock, CONNECT_TIMEOUT_MS)
  }

  /** Only of a server that nobody else uses, and that counts on from the start to the end. */
  async #readCounters() {
    const { phases, behaviours } = this.#scenario
    const isRestarted = phases.some(({ chaos }) => chaos && 'server' in chaos)
    // Reactions are events of the log, too, and may be counted with the messages.
    const isMessagesOnly = behaviours.every(({ react }) => react === undefined)
    if (!this.#target.ownServer || isRestarted || !isMessagesOnly) return undefined
    return await readServerCounters(this.#target.url)
  }

  async #measureIdleHttp() {
    const { http } = this.#scenario
    if (!http) return undefined
    this.#http = new HttpLoad(this.#target.url, http)
    if (http.idleSeconds === 0) return undefined
    this.#enter('idle http')
    this.#http.start()
    await this.#sleepUntil(nowUs() + http.idleSeconds * 1e6)
    return await this.#http.stop()
  }

  async #launch(): Promise<void> {
    const target = this.#target
    const memory = UserLedger.allocate(this.#population.size)
    this.#generators = Array.from({ length: target.workers }, (_, index) =>
      target.launch({
        scenario: this.#scenario,
        feed: target.feed,
        url: target.url,
        localAddresses: this.#localAddresses,
        index,
        count: target.workers,
        shard: target.shard,
        clock: this.#clock,
        memory,
      }),
    )
    // The first answer of each tells that it is there.
    await Promise.all(this.#generators.map((generator) => generator.tick()))
    this.#startUs = nowUs() + HEAD_START_US
    await Promise.all(this.#generators.map((generator) => generator.start(this.#startUs)))
  }

  async #playPhases() {
    this.#http?.start()
    const ticking = this.#tickUntilEnd()
    for (const { phase, startUs, endUs } of this.#phases) {
      if (this.#stop.signal.aborted) break
      await this.#sleepUntil(this.#startUs + startUs)
      this.#enter(phase.name)
      if (phase.chaos && 'server' in phase.chaos) {
        const { server, downSeconds } = phase.chaos
        await this.#target.ownServer!.down(server === 'kill' ? 'SIGKILL' : 'SIGTERM')
        await this.#sleepUntil(nowUs() + downSeconds * 1e6)
        await this.#target.ownServer!.up()
      }
      await this.#sleepUntil(this.#startUs + endUs)
    }
    this.#isOver = true
    await ticking
    this.#isOver = false
    const outcome = await this.#http?.stop()
    await Promise.all(this.#generators.map((generator) => generator.halt()))
    return outcome
  }

  async #tickUntilEnd(): Promise<void> {
    for (let second = 1; !this.#isOver; second++) {
      const dueUs = this.#startUs + second * SECOND_MS * 1e3
      while (!this.#isOver && !this.#stop.signal.aborted && nowUs() < dueUs)
        await sleep(Math.min(50, Math.max(1, (dueUs - nowUs()) / 1e3)))
      this.#target.onSecond?.(await this.#tick())
      if (this.#stop.signal.aborted) return
      this.#checkAbort()
    }
  }

  async #tick(): Promise<Second> {
    const ticks = await Promise.all(this.#generators.map((generator) => generator.tick()))
    const elapsedSeconds = Math.min((nowUs() - this.#startUs) / 1e6, phaseSeconds(this.#scenario))
    return this.#measurements.add(ticks, {
      second: Math.max(0, Math.round(elapsedSeconds) - 1),
      phase: this.#phaseName,
      sample: this.#sample(),
    })
  }

  #checkAbort(): void {
    const lookup = createLookup(this.#measurements, { loadSeconds: this.#loadSeconds() })
    const elapsedSeconds = (nowUs() - this.#startUs) / 1e6
    const failed = findAbort(this.#thresholds, lookup, elapsedSeconds)
    if (!failed) return
    this.#abortedBy = `${failed.metric} ${failed.condition}`
    this.#stop.abort()
  }

  /** Seconds so far in which load was meant to run and count. */
  #loadSeconds(): number {
    const elapsedUs = nowUs() - this.#startUs
    return this.#phases.reduce((sum, { phase, startUs, endUs }) => {
      const isLoaded = phase.record && phase.load > 0
      return isLoaded ? sum + Math.max(0, Math.min(endUs, elapsedUs) - startUs) / 1e6 : sum
    }, 0)
  }

  /** Sleeps until a time, or until the run is stopped. */
  async #sleepUntil(us: number): Promise<void> {
    const waitMs = (us - nowUs()) / 1e3
    if (waitMs <= 0 || this.#stop.signal.aborted) return
    await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => {})
  }

  #sample(): UsageSample {
    const pid = this.#target.ownServer?.pid
    return {
      atUs: nowUs(),
      generator: ownUsage(),
      server: pid === undefined ? undefined : usageOf(pid),
    }
  }
}

function describeHost(): BenchResult['host'] {
  return {
    name: hostname(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  }
}

/** Tells scenarios apart: what a file says, whatever it is called or described as. */
function hashOf({ $schema: _, description: __, thresholds: ___, ...scenario }: Scenario): string {
  return createHash('sha256').update(JSON.stringify(scenario)).digest('hex').slice(0, 16)
}
