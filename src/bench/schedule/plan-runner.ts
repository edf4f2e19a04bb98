import { nowUs } from '../clock.ts'
import type { Action, Plan } from './plan.ts'

/** Actions in a row, when behind time, before sockets are read again. */
const BURST = 64

/** Does what a plan says, when it is due. */
export class PlanRunner {
  readonly #plan: Plan
  readonly #act: (action: Action, dueUs: number) => void
  readonly #nowUs: () => number
  #startUs = 0
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  /** When what the timer waits for is due; Infinity while it does not wait. */
  #nextDueUs = Number.POSITIVE_INFINITY
  #isHalted = false

  constructor(plan: Plan, act: (action: Action, dueUs: number) => void, clock = nowUs) {
    this.#plan = plan
    this.#act = act
    this.#nowUs = clock
  }

  /** @param startUs when the plan's time is 0 */
  start(startUs: number): void {
    this.#startUs = startUs
    this.#run()
  }

  /**
   * Does nothing more of the plan, but for what has just become due; returns what was due long ago
   * and has not been done.
   */
  halt(): Action[] {
    if (this.#startUs > 0) this.#run()
    this.#isHalted = true
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#nextDueUs = Number.POSITIVE_INFINITY
    const overdue: Action[] = []
    const passedUs = this.#nowUs() - this.#startUs
    for (let next = this.#plan.peek(); next && next.dueUs <= passedUs; next = this.#plan.peek()) {
      overdue.push(next.action)
      this.#plan.take()
    }
    return overdue
  }

  /**
   * A socket was read: does what has become due meanwhile. Timers wait until all sockets are read,
   * which takes long when there are thousands.
   */
  onTurn(now: number): void {
    if (now < this.#nextDueUs) return
    clearTimeout(this.#timer)
    this.#run()
  }

  /** Does what is due, and comes back when more is. */
  #run(): void {
    this.#nextDueUs = Number.POSITIVE_INFINITY
    for (let done = 0; !this.#isHalted; done++) {
      const next = this.#plan.peek()
      if (next === undefined) return
      const waitMs = (this.#startUs + next.dueUs - this.#nowUs()) / 1e3
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#run(), Math.max(1, Math.round(waitMs)))
        this.#nextDueUs = this.#startUs + next.dueUs
        return
      }
      if (done >= BURST) {
        this.#immediate = setImmediate(() => this.#run())
        return
      }
      this.#plan.take()
      this.#act(next.action, this.#startUs + next.dueUs)
    }
  }
}
