import type { Phase } from '../scenario/phase.ts'

/** What adding up many intervals may be off by. */
const ROUNDING_US = 1e-3

/** A phase with its place in time, in microseconds from the start of the run. */
export interface TimedPhase {
  readonly phase: Phase
  readonly startUs: number
  readonly endUs: number
}

/** The phases one after the other. */
export function timePhases(phases: readonly Phase[]): TimedPhase[] {
  let endUs = 0
  return phases.map((phase) => {
    const startUs = endUs
    endUs += Math.round(phase.durationSeconds * 1e6)
    return { phase, startUs, endUs }
  })
}

/** The times of a stream of events whose rate follows the phases' load. */
export class Pacing {
  readonly #phases: readonly TimedPhase[]
  readonly #ratePerUs: number
  readonly #random: (() => number) | undefined
  #phase = 0
  #nowUs = 0
  #isFirst = true

  /** @param random draws Poisson spacing; without it events come at constant spacing */
  constructor(phases: readonly TimedPhase[], ratePerSecond: number, random?: () => number) {
    this.#phases = phases
    this.#ratePerUs = ratePerSecond / 1e6
    this.#random = random
  }

  /** When the next event is due; Infinity when there is none left. */
  next(): number {
    // At constant spacing the first event is due as soon as there is any load.
    let need = this.#random ? -Math.log(1 - this.#random()) : this.#isFirst ? 0 : 1
    this.#isFirst = false
    for (; this.#phase < this.#phases.length; this.#phase += 1) {
      const { phase, startUs, endUs } = this.#phases[this.#phase]!
      this.#nowUs = Math.max(this.#nowUs, startUs)
      const rate = this.#ratePerUs * phase.load
      if (rate === 0) continue
      const dueUs = this.#nowUs + need / rate
      if (dueUs < endUs - ROUNDING_US) {
        this.#nowUs = dueUs
        return dueUs
      }
      need = Math.max(0, need - (endUs - this.#nowUs) * rate)
    }
    return Number.POSITIVE_INFINITY
  }
}
