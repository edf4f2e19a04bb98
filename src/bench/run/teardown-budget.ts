import { nowUs } from '../clock.ts'

/** The longest wait when the run was interrupted, for what is under way. */
const CUT_SECONDS = 1

/** Step of the teardown → the share of the whole time at whose end it must be over. */
const ENDS = {
  drain: 0.6,
  rosters: 0.75,
  counters: 0.8,
  leaving: 0.88,
  left: 0.92,
  database: 1,
} as const

export type TeardownStep = keyof typeof ENDS

/** Tells how long the steps of a run's end may still take. */
export interface StepBudget {
  /** Milliseconds; 0 when the time for a step is up. */
  leftMs(step: TeardownStep): number
}

/**
 * The time that a run's end may take. A step that needs less leaves the rest to those after it, and
 * none takes from them, so that the whole is over on time, whatever the server does.
 */
export class TeardownBudget implements StepBudget {
  readonly #drainUs: number
  readonly #signal: AbortSignal
  readonly #beginUs = nowUs()
  /** When it was interrupted. */
  #cutUs = Number.POSITIVE_INFINITY

  /** @param signal leaves only a moment from when it is aborted */
  constructor(drainSeconds: number, signal: AbortSignal) {
    this.#drainUs = drainSeconds * 1e6
    this.#signal = signal
    if (signal.aborted) this.#cutUs = this.#beginUs
    else
      signal.addEventListener(
        'abort',
        () => {
          this.#cutUs = nowUs()
        },
        { once: true },
      )
  }

  /** Whether the run was interrupted: nothing is judged that takes time. */
  get isCut(): boolean {
    return this.#signal.aborted
  }

  /** Since the end of the phases. */
  get passedSeconds(): number {
    return (nowUs() - this.#beginUs) / 1e6
  }

  leftMs(step: TeardownStep): number {
    const endUs = this.#beginUs + ENDS[step] * this.#drainUs
    const cutEndUs = this.#cutUs + ENDS[step] * CUT_SECONDS * 1e6
    return Math.max(0, (Math.min(endUs, cutEndUs) - nowUs()) / 1e3)
  }
}
