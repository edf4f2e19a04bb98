import type { Audit } from '../audit/audit.ts'
import type { ParsedFrame } from '../audit/parsed-frame.ts'
import { nowUs } from '../clock.ts'
import { Histogram } from '../metrics/histogram.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { SocketEnd } from '../wire/client-socket.ts'
import type { BehaviourRunner } from './behaviour-runner.ts'
import type { MembershipActor } from './membership-actor.ts'
import type { PlannedOutage } from './planned-outage.ts'
import type { ReadCoalescer } from './read-coalescer.ts'
import type { MessageAck, SentMessages } from './sent-messages.ts'
import { Tally } from './tally.ts'
import type { TimedSample } from './timed-sample.ts'
import type { ConnectionListener, VirtualConnection } from './virtual-connection.ts'

/** What connections are held against, and who hears of them besides. */
interface Surroundings {
  readonly scenario: Scenario
  readonly audit: Audit
  readonly messages: SentMessages
  readonly behaviours: BehaviourRunner
  /** Set where chats have members. */
  readonly membership: MembershipActor | undefined
  readonly coalescer: ReadCoalescer
  readonly timed: TimedSample
  readonly outage: PlannedOutage
  /** Decides when those come back that were lost together. */
  readonly random: () => number
}

/** What became of the connections of one generator: how long they took, and why they ended. */
export class ConnectionOutcomes implements ConnectionListener {
  /** From when a connection was due until it was greeted, since the last snapshot. */
  readonly connects = new Histogram()
  /** From when a lost connection was due again until it had resumed, since the last snapshot. */
  readonly resumes = new Histogram()
  readonly lost = new Tally()
  readonly expectedLosses = new Tally()
  readonly failedConnects = new Tally()
  readonly ownFaults = new Tally()
  /** Connections that were greeted, reconnections included. */
  greeted = 0
  readonly #around: Surroundings

  constructor(surroundings: Surroundings) {
    this.#around = surroundings
  }

  onGreeted(connection: VirtualConnection, dueUs: number, isResuming: boolean): void {
    const { audit, behaviours, timed } = this.#around
    this.greeted += 1
    timed.offer(connection)
    const latencyUs = nowUs() - dueUs
    if (audit.isRecording) this.connects.record(latencyUs)
    behaviours.onGreeted(connection, latencyUs, connection.isFirst && !isResuming)
  }

  onAbandoned(messages: number): void {
    this.#around.messages.abandoned += messages
    this.#around.audit.counts.ambiguous += messages
  }

  onResumed(dueUs: number): void {
    this.resumes.record(nowUs() - dueUs)
  }

  onPrivate(connection: VirtualConnection, frame: ParsedFrame, now: number): void {
    const { messages, behaviours } = this.#around
    if (
      frame.type === 'ACK' &&
      this.#around.membership?.onAck(connection, frame as unknown as MessageAck)
    )
      return
    if (frame.type === 'ACK') {
      const serial = messages.onAck(connection, frame as unknown as MessageAck, now)
      if (serial !== undefined) behaviours.onAcknowledged(connection)
    } else if (frame.type === 'ERROR') {
      const { code, ref } = frame as unknown as { code: string; ref?: string }
      if (ref !== undefined) connection.requests.delete(ref)
      messages.onError(connection, code, ref)
    }
  }

  onLost(connection: VirtualConnection, end: SocketEnd, wasOpen: boolean): void {
    const { scenario, audit, coalescer, outage, random } = this.#around
    // Perhaps the server is gone: the others notice only by reading.
    coalescer.releaseAll()
    const { isServerDown } = outage
    this.#reasonsFor(end, wasOpen).add(end.reason)
    if (!scenario.audit.reconnect) {
      connection.receiver.settle(audit.stream.lastOffset)
      return
    }
    const spreadMs = random() * outage.reconnectSeconds * 1000
    const delayMs = wasOpen && isServerDown ? spreadMs : connection.nextBackoffMs()
    connection.reconnect(end.retryAfterMs ?? delayMs)
  }

  /** Where it is counted that a connection ended so. */
  #reasonsFor({ code, isOurFault }: SocketEnd, wasOpen: boolean): Tally {
    const { scenario, outage } = this.#around
    if (isOurFault) return this.ownFaults
    const isAllowed = code !== undefined && scenario.audit.allowCloses.includes(code)
    if (outage.isServerDown || isAllowed) return this.expectedLosses
    return wasOpen ? this.lost : this.failedConnects
  }
}
