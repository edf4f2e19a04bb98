import { nowUs } from '../clock.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type TimedPhase, timePhases } from '../schedule/timetable.ts'

/** Where a run is in its scenario's phases. */
export class RunPhases {
  readonly all: readonly TimedPhase[]
  /** How long the phases take in all. */
  readonly plannedSeconds: number
  #startUs: number | undefined

  constructor({ phases }: Scenario) {
    this.all = timePhases(phases)
    this.plannedSeconds = this.all.at(-1)!.endUs / 1e6
  }

  /** @param us when the first phase begins */
  begin(us: number): void {
    this.#startUs = us
  }

  /** Since the start of the phases; 0 before it. */
  get elapsedSeconds(): number {
    return this.#startUs === undefined ? 0 : Math.max(0, nowUs() - this.#startUs) / 1e6
  }

  /** The moment that is so long after the start of the phases, in microseconds. */
  at(us: number): number {
    return this.#startUs! + us
  }

  /** The phase that a time after the start of the phases is in; the last one after the end. */
  phaseAt(seconds: number): string {
    const timed = this.all.find(({ endUs }) => seconds * 1e6 < endUs) ?? this.all.at(-1)!
    return timed.phase.name
  }

  /** Seconds so far in which load was meant to run and count. */
  get loadSeconds(): number {
    const elapsedUs = this.elapsedSeconds * 1e6
    return this.all.reduce((sum, { phase, startUs, endUs }) => {
      const isLoaded = phase.record && phase.load > 0
      return isLoaded ? sum + Math.max(0, Math.min(endUs, elapsedUs) - startUs) / 1e6 : sum
    }, 0)
  }
}
