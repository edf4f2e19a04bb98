import type { Audit } from '../audit/audit.ts'
import type { Chaos } from '../scenario/phase.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Action } from '../schedule/plan.ts'
import type { BehaviourRunner } from './behaviour-runner.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { FaultInjector } from './fault-injector.ts'
import type { MembershipActor } from './membership-actor.ts'
import type { ReadCoalescer } from './read-coalescer.ts'

/** What the actions of a plan are done to. */
interface Stage {
  readonly scenario: Scenario
  readonly audit: Audit
  readonly coalescer: ReadCoalescer
  readonly connections: ConnectionPool
  readonly behaviours: BehaviourRunner
  readonly faults: FaultInjector
  /** Set where chats have members. */
  readonly membership: MembershipActor | undefined
}

/** Does this generator's part of what the plan wants done. */
export class PlanActor {
  /** Users that were to arrive when all were here. */
  turnedAway = 0
  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  act(action: Action, dueUs: number): void {
    switch (action.kind) {
      case 'phase':
        this.#beginPhase(action.index, action.chaos)
        break
      case 'turned-away':
        this.turnedAway += 1
        break
      default:
        if (this.#stage.connections.isMine(action.user)) this.#actAs(action, dueUs)
    }
  }

  #actAs(action: Extract<Action, { user: number }>, dueUs: number): void {
    const { behaviours } = this.#stage
    const connections = this.#stage.connections.of(action.user)
    switch (action.kind) {
      case 'join':
        for (const connection of connections) connection.join(dueUs)
        break
      case 'leave':
        for (const connection of connections) connection.leave()
        break
      case 'send': {
        const sender = connections[Math.floor(action.point * connections.length)]!
        behaviours.send(sender, action, dueUs)
        break
      }
      case 'typing':
        behaviours.type(connections[0]!, action)
        break
      case 'membership':
        this.#stage.membership?.act(connections[0]!, action)
        break
      case 'read':
        behaviours.read(connections[0]!)
        break
      case 'react':
        behaviours.react(connections[0]!)
        break
    }
  }

  #beginPhase(index: number, chaos: Chaos | undefined): void {
    const { scenario, audit, coalescer, faults } = this.#stage
    audit.isRecording = scenario.phases[index]!.record
    // That a server is gone is noticed by reading.
    coalescer.isActive = !(chaos && 'server' in chaos)
    if (chaos) faults.begin(index, chaos)
  }
}
