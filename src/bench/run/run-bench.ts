import { randomBytes } from 'node:crypto'
import { ChatwsError } from '../../protocol/error.ts'
import { ChatLedger, type ChatSetup } from '../audit/chat-ledger.ts'
import { UserLedger } from '../audit/user-ledger.ts'
import { nowUs } from '../clock.ts'
import { describeHost } from '../host/describe-host.ts'
import { preflight, readHostLimits } from '../host/preflight.ts'
import { ServerOutages } from '../host/server-outage.ts'
import { chooseProbeQuery, type Greeting, Probe } from '../probe/probe.ts'
import { readServerCounters } from '../probe/server-counters.ts'
import type { BenchResult } from '../result/bench-result.ts'
import { composeResult } from '../result/compose-result.ts'
import { hashScenario, type Scenario } from '../scenario/scenario.ts'
import { listThresholds, type Threshold } from '../scenario/threshold.ts'
import { Memberships } from '../schedule/memberships.ts'
import { Population } from '../schedule/population.ts'
import { sleepUntil } from '../sleep-until.ts'
import type { GeneratorHandle } from '../worker/generator-setup.ts'
import type { BenchTarget, Progress } from './bench-target.ts'
import { HttpLoad } from './http-load.ts'
import { prepareChats } from './prepare-chats.ts'
import { DRAINING, Recorder } from './recorder.ts'
import { RunPhases } from './run-phases.ts'
import { Teardown } from './teardown.ts'
import { validateTarget } from './validate-target.ts'

/** How often progress is told. */
const PROGRESS_MS = 250

/** Time that generators have to get ready, once they are there. */
const HEAD_START_US = 20_000

const CONNECT_TIMEOUT_MS = 30_000

/**
 * Plays a scenario against a server and audits every delivery. Throws USAGE when the two do not fit,
 * CONNECT_FAILED when the server cannot be reached at all, and PREFLIGHT_FAILED when this machine
 * cannot hold the load.
 */
export async function runBench(scenario: Scenario, target: BenchTarget): Promise<BenchResult> {
  const population = new Population(scenario, target.feed)
  validateTarget(scenario, target, population)
  const connections = Math.ceil(population.connectionCount / target.shard.count)
  const localAddresses = preflight(connections, target.url, readHostLimits())
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
  readonly #thresholds: readonly Threshold[]
  readonly #phases: RunPhases
  readonly #recorder: Recorder
  readonly #outages: ServerOutages
  /** Names this process in what its messages say. */
  readonly #mark = randomBytes(4).toString('hex')
  readonly #startedAt = new Date()
  readonly #beginUs = nowUs()
  /** Aborts when the run is interrupted, or a threshold wants it. */
  readonly #stop = new AbortController()
  #generators: GeneratorHandle[] = []
  #http: HttpLoad | undefined
  #phaseName = 'starting'
  #isTeardown = false

  constructor(
    scenario: Scenario,
    target: BenchTarget,
    { population, localAddresses }: { population: Population; localAddresses: readonly string[] },
  ) {
    this.#scenario = scenario
    this.#target = target
    this.#population = population
    this.#localAddresses = localAddresses
    this.#thresholds = listThresholds(scenario.thresholds)
    this.#phases = new RunPhases(scenario)
    this.#recorder = new Recorder({
      phases: this.#phases,
      thresholds: this.#thresholds,
      isPart: target.shard.count > 1,
      serverPid: () => target.ownServer?.pid,
    })
    this.#outages = new ServerOutages(target.ownServer, this.#stop.signal)
    const { signal } = target
    if (signal.aborted) this.#stop.abort()
    else signal.addEventListener('abort', () => this.#stop.abort(), { once: true })
  }

  progress(): Progress {
    const { series, counts } = this.#recorder.measurements
    return {
      scenario: this.#scenario.name,
      phase: this.#phaseName,
      isTeardown: this.#isTeardown,
      isInterrupted: this.#target.signal.aborted,
      elapsedSeconds: this.#phases.elapsedSeconds,
      plannedSeconds: this.#phases.plannedSeconds,
      connections: this.#population.connectionCount,
      series,
      counts,
      thresholds: this.#recorder.standing,
    }
  }

  async play(): Promise<BenchResult> {
    const { shard, workers, ownServer, signal } = this.#target
    const probeQuery = chooseProbeQuery(this.#population)
    const ids = await this.#makeChats(probeQuery)
    const { offset: startOffset } = await this.#greet(probeQuery)
    const countersBefore = await this.#readCounters()
    const idle = await this.#measureIdleHttp()
    await this.#launch(ids && { ids, startOffset, memory: this.#allocateChats() })
    const { abortedBy, loaded } = await this.#playPhases()
    const loadSeconds = this.#phases.loadSeconds
    const teardown = new Teardown(this.#scenario, this.#target, {
      generators: this.#generators,
      origin: this.#mark,
      population: this.#population,
      probeQuery,
      outages: this.#outages,
      startOffset,
      countersBefore,
      clientCounts: () => this.#recorder.measurements.counts,
      takeSnapshot: async (stage) => {
        const second = await this.#recorder.takeSnapshot(this.#generators, stage)
        if (second.phase === DRAINING && stage !== 'leaving') this.#target.onSecond?.(second)
      },
      enter: (phase) => this.#enter(phase),
    })
    const findings = await teardown.run()
    return composeResult({
      scenario: this.#scenario,
      measurements: this.#recorder.measurements,
      thresholds: this.#thresholds,
      findings,
      http: { idle, loaded },
      loadSeconds,
      context: {
        startedAt: this.#startedAt.toISOString(),
        elapsedSeconds: (nowUs() - this.#beginUs) / 1e6,
        isInterrupted: signal.aborted,
        abortedBy,
        shards: [`${shard.index + 1}/${shard.count}`],
        isOwnServer: ownServer !== undefined,
        workers,
        users: this.#population.size,
        host: describeHost(),
        hash: hashScenario(this.#scenario),
      },
    })
  }

  async end(): Promise<void> {
    await Promise.all([this.#http?.end(), ...this.#generators.map((generator) => generator.end())])
  }

  #enter(phase: string): void {
    this.#phaseName = phase
    this.#target.onProgress(this.progress())
  }

  /** How the server greets a connection now. */
  async #greet(probeQuery: string): Promise<Greeting> {
    const probe = new Probe(this.#target.url, probeQuery, CONNECT_TIMEOUT_MS)
    try {
      return await probe.greeting
    } finally {
      probe.close()
    }
  }

  /** Only of a server that nobody else uses, and that counts on from the start to the end. */
  async #readCounters() {
    const { phases, behaviours, chats } = this.#scenario
    const isRestarted = phases.some(({ chaos }) => chaos && 'server' in chaos)
    // Reactions and changes of members are events of the log, too, and may be counted with the messages.
    const isMessagesOnly = !chats?.churn && behaviours.every(({ react }) => react === undefined)
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
    await sleepUntil(nowUs() + http.idleSeconds * 1e6, this.#stop.signal)
    return await this.#http.stop()
  }

  /** Makes the chats that have members; undefined where the scenario has none. */
  async #makeChats(probeQuery: string): Promise<number[] | undefined> {
    const { chats, seed } = this.#scenario
    if (!chats) return undefined
    const { access } = await this.#greet(probeQuery)
    if (access !== 'members')
      throw new ChatwsError(
        'USAGE',
        'The scenario has "chats", which have members only on a server with --access members: ' +
          'start it so, or leave out --url',
      )
    this.#enter('making chats')
    return await prepareChats({
      url: this.#target.url,
      scenario: this.#scenario,
      population: this.#population,
      memberships: new Memberships(chats, this.#population.size, seed),
      signal: this.#stop.signal,
    })
  }

  #allocateChats(): SharedArrayBuffer {
    return ChatLedger.allocate(this.#phases.plannedSeconds + this.#scenario.drainSeconds)
  }

  async #launch(chats: ChatSetup | undefined): Promise<void> {
    const { workers, launch, feed, url, shard } = this.#target
    const memory = UserLedger.allocate(this.#population.size)
    this.#generators = Array.from({ length: workers }, (_, index) =>
      launch({
        scenario: this.#scenario,
        feed,
        url,
        localAddresses: this.#localAddresses,
        index,
        count: workers,
        shard,
        origin: this.#mark,
        memory,
        chats,
      }),
    )
    // The first answer of each tells that it is there.
    await Promise.all(this.#generators.map((generator) => generator.snapshot()))
    this.#phases.begin(nowUs() + HEAD_START_US)
    await Promise.all(this.#generators.map((generator) => generator.start(this.#phases.at(0))))
  }

  async #playPhases() {
    const { signal } = this.#stop
    this.#http?.start()
    const over = new AbortController()
    const recording = this.#recorder
      .record(this.#generators, AbortSignal.any([over.signal, signal]), (second) =>
        this.#target.onSecond?.(second),
      )
      .finally(() => this.#stop.abort())
    // It is awaited once the phases are over; until then nobody else handles its failure.
    recording.catch(() => {})
    for (const { phase, startUs, endUs } of this.#phases.all) {
      await sleepUntil(this.#phases.at(startUs), signal)
      if (signal.aborted) break
      this.#enter(phase.name)
      if (phase.chaos && 'server' in phase.chaos) this.#outages.begin(phase.chaos)
      await sleepUntil(this.#phases.at(endUs), signal)
    }
    over.abort()
    const abortedBy = await recording
    this.#isTeardown = true
    const [loaded] = await Promise.all([
      this.#http?.stop(),
      ...this.#generators.map((generator) => generator.halt()),
    ])
    return { abortedBy, loaded }
  }
}
