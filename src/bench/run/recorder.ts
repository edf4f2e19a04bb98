import { nowUs } from '../clock.ts'
import { ownUsage, usageOf } from '../host/process-usage.ts'
import { readFigures } from '../metrics/figures.ts'
import { createReadMetric } from '../metrics/read-metric.ts'
import type { Second, ThresholdResult } from '../result/bench-result.ts'
import { Measurements, type UsageSample } from '../result/measurements.ts'
import { checkThresholds, findAbort } from '../result/threshold-check.ts'
import type { Threshold } from '../scenario/threshold.ts'
import { sleepUntil } from '../sleep-until.ts'
import type { GeneratorHandle } from '../worker/generator-setup.ts'
import type { RunPhases } from './run-phases.ts'

/** Time between rows of the series. */
const SECOND_US = 1e6

/** Stands for a phase where what was under way arrives after the phases. */
export const DRAINING = 'draining'

/**
 * Where a run is when it is looked at: in its phases; waiting for what is under way, second by second;
 * when that has come, which is a second of its own if anything came; or leaving, which is of none.
 */
export type SnapshotStage = 'phases' | 'draining' | 'settled' | 'leaving'

/** What is recorded, and how. */
export interface RecorderContext {
  readonly phases: RunPhases
  readonly thresholds: readonly Threshold[]
  /** Whether other shards play the rest of the users. */
  readonly isPart: boolean
  /** The process of the server, where it is known. */
  readonly serverPid: () => number | undefined
}

/** Collects second by second what the generators of a run did, and holds the thresholds to it. */
export class Recorder {
  readonly measurements: Measurements
  /** How the thresholds stand as of the last second. */
  standing: readonly ThresholdResult[] = []
  readonly #context: RecorderContext

  constructor(context: RecorderContext) {
    this.#context = context
    this.measurements = new Measurements(this.#sample())
  }

  /** Takes in what was done since the last time. */
  async takeSnapshot(
    generators: readonly GeneratorHandle[],
    stage: SnapshotStage = 'phases',
  ): Promise<Second> {
    const snapshots = await Promise.all(generators.map((generator) => generator.snapshot()))
    const before = this.measurements.counts.delivered
    const delivered = snapshots.reduce((sum, { counts }) => sum + counts.delivered, -before)
    return this.measurements.add(snapshots, {
      ...this.#rowOf(stage, delivered),
      sample: this.#sample(),
      leftOut: stage === 'leaving' ? ['presence_ms'] : [],
    })
  }

  /**
   * Takes a snapshot each second until `over` aborts, and once more then. Resolves to the threshold that wants
   * the run to end early, as it was when it failed, or to undefined.
   */
  async record(
    generators: readonly GeneratorHandle[],
    over: AbortSignal,
    onSecond: (second: Second) => void,
  ): Promise<ThresholdResult | undefined> {
    const { phases, thresholds, isPart } = this.#context
    for (let dueUs = phases.at(SECOND_US); ; dueUs += SECOND_US) {
      await sleepUntil(dueUs, over)
      onSecond(await this.takeSnapshot(generators))
      const figures = readFigures(this.measurements, { loadSeconds: phases.loadSeconds })
      const readMetric = createReadMetric(this.measurements.latencies, figures)
      this.standing = checkThresholds(thresholds, readMetric, isPart)
      if (over.aborted) return undefined
      const failed = findAbort(thresholds, readMetric, {
        elapsedSeconds: phases.elapsedSeconds,
        isPart,
      })
      if (failed) return failed
    }
  }

  /** The row of the series that what was done belongs to. */
  #rowOf(stage: SnapshotStage, delivered: number): { second: number; phase: string } {
    const { phases } = this.#context
    const last = this.measurements.series.at(-1)
    if (last && stage === 'settled' && delivered > 0 && last.phase !== DRAINING)
      return { second: last.second + 1, phase: DRAINING }
    if (last && (stage === 'settled' || stage === 'leaving')) return last
    const isOver = stage === 'draining' && phases.elapsedSeconds > phases.plannedSeconds + 0.5
    const elapsedSeconds = isOver
      ? phases.elapsedSeconds
      : Math.min(phases.elapsedSeconds, phases.plannedSeconds)
    const second = Math.max(0, Math.round(elapsedSeconds) - 1)
    return { second, phase: isOver ? DRAINING : phases.phaseAt(second + 0.5) }
  }

  #sample(): UsageSample {
    const pid = this.#context.serverPid()
    return {
      atUs: nowUs(),
      generator: ownUsage(),
      server: pid === undefined ? undefined : usageOf(pid),
    }
  }
}
