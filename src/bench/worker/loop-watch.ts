import { performance } from 'node:perf_hooks'
import { nowUs } from '../clock.ts'

/** Watches how busy the event loop of this thread is, without waking it. */
export class LoopWatch {
  #utilization = performance.eventLoopUtilization()
  /** When the current turn of the loop began its work; undefined until it has any. */
  #turnUs: number | undefined
  #longestUs = 0
  readonly #nowUs: () => number

  constructor(clock = nowUs) {
    this.#nowUs = clock
  }

  /** Work begins or goes on in this turn of the loop, whose end comes once it waits for more. */
  onWork(now?: number): void {
    if (this.#turnUs !== undefined) return
    this.#turnUs = now ?? this.#nowUs()
    setImmediate(this.#endTurn)
  }

  /** What happened since the last call; the longest turn in milliseconds. */
  take(): { lagMs: number; utilization: number } {
    const last = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(last, this.#utilization)
    this.#utilization = last
    const lagMs = this.#longestUs / 1e3
    this.#longestUs = 0
    return { lagMs, utilization }
  }

  readonly #endTurn = (): void => {
    this.#longestUs = Math.max(this.#longestUs, this.#nowUs() - this.#turnUs!)
    this.#turnUs = undefined
  }
}
