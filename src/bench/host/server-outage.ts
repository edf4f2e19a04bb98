import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from '../clock.ts'
import type { Chaos } from '../scenario/phase.ts'
import { sleepUntil } from '../sleep-until.ts'
import type { OwnServer } from './own-server.ts'

/**
 * The times for which a run's own server is away on purpose. They take as long as they take, without
 * holding up the phases.
 */
export class ServerOutages {
  /** Why the server did not come back, in words. */
  readonly problems: string[] = []
  readonly #server: OwnServer | undefined
  readonly #signal: AbortSignal
  #last: Promise<void> = Promise.resolve()
  #isAway = false

  constructor(server: OwnServer | undefined, signal: AbortSignal) {
    this.#server = server
    this.#signal = signal
  }

  /** Stops the server and starts it again, after the outage before. */
  begin(chaos: Extract<Chaos, { server: unknown }>): void {
    const server = this.#server
    if (!server) return
    this.#isAway = true
    this.#last = this.#last
      .then(() => this.#play(server, chaos))
      .catch((error: Error) => void this.problems.push(error.message))
      .finally(() => {
        this.#isAway = false
      })
  }

  /** Waits until the server is back, but no longer than this. */
  async settle(timeoutMs: number): Promise<void> {
    if (!this.#isAway) return
    await Promise.race([this.#last, sleep(timeoutMs, undefined, { ref: false })])
    if (this.#isAway) this.problems.push('the server was not back from its stop in time')
  }

  async #play(server: OwnServer, chaos: Extract<Chaos, { server: unknown }>): Promise<void> {
    await server.down(chaos.server === 'kill' ? 'SIGKILL' : 'SIGTERM')
    await sleepUntil(nowUs() + chaos.downSeconds * 1e6, this.#signal)
    await server.up()
  }
}
