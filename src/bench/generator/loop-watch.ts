import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks'

const RESOLUTION_MS = 10

/** Watches how busy the event loop of this thread is. */
export class LoopWatch {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #utilization = performance.eventLoopUtilization()

  constructor() {
    this.#delay.enable()
  }

  /** What happened since the last call. */
  take(): { lagMs: number; utilization: number } {
    const last = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(last, this.#utilization)
    this.#utilization = last
    const lagMs = Math.max(0, this.#delay.max / 1e6 - RESOLUTION_MS)
    this.#delay.reset()
    return { lagMs: Number.isFinite(lagMs) ? lagMs : 0, utilization }
  }

  stop(): void {
    this.#delay.disable()
  }
}
