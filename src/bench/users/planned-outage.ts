import { nowUs } from '../clock.ts'
import type { Chaos } from '../scenario/phase.ts'

/** How long after a planned stop of the server losses are put down to it. */
const EXCUSE_US = 30e6

/** The last time that the scenario wanted the server to be stopped. */
export class PlannedOutage {
  /** In what time connections come back once the server is there again. */
  reconnectSeconds = 0
  #excuseUntilUs = 0

  /** Whether the server is stopped by plan, or was a moment ago. */
  get isServerDown(): boolean {
    return nowUs() < this.#excuseUntilUs
  }

  begin({ downSeconds, reconnectSeconds }: Extract<Chaos, { server: unknown }>): void {
    this.#excuseUntilUs = nowUs() + downSeconds * 1e6 + EXCUSE_US
    this.reconnectSeconds = reconnectSeconds
  }
}
