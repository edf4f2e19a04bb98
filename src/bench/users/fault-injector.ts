import type { Chaos } from '../scenario/phase.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Population } from '../schedule/population.ts'
import { seededRandom } from '../schedule/seeded-random.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { PlannedOutage } from './planned-outage.ts'
import type { VirtualConnection } from './virtual-connection.ts'

/** Does to connections what a phase wants to go wrong. */
export class FaultInjector {
  readonly #scenario: Scenario
  readonly #population: Population
  readonly #connections: ConnectionPool
  readonly #outage: PlannedOutage

  constructor(scenario: Scenario, connections: ConnectionPool, outage: PlannedOutage) {
    this.#scenario = scenario
    this.#population = connections.population
    this.#connections = connections
    this.#outage = outage
  }

  /** Begins what the phase with an index wants. */
  begin(phase: number, chaos: Chaos): void {
    if ('server' in chaos) {
      this.#outage.begin(chaos)
      return
    }
    const share = ('drop' in chaos ? chaos.drop : chaos.stall) / 100
    for (const { connection, delay } of this.#choose(phase, share))
      if ('drop' in chaos) connection.drop(chaos.by, delay * chaos.reconnectSeconds * 1000)
      else connection.stall(chaos.seconds * 1000)
  }

  /** A share of this generator's connections, and a number in [0, 1) for each. */
  *#choose(
    phase: number,
    share: number,
  ): Iterable<{ connection: VirtualConnection; delay: number }> {
    const random = seededRandom(this.#scenario.seed + 104_729 * (phase + 1))
    for (let user = 0; user < this.#population.size; user++)
      for (let place = 0; place < this.#population.connectionsOf[user]!; place++) {
        // Drawn for every connection, so that all generators and runs choose the same.
        const isChosen = random() < share
        const delay = random()
        const connection = this.#connections.known(user)?.[place]
        if (isChosen && connection) yield { connection, delay }
      }
  }
}
