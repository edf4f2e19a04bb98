import { nowUs } from '../clock.ts'
import type { Behaviour } from '../scenario/behaviour.ts'
import type { SentMessages } from './sent-messages.ts'
import type { VirtualConnection } from './virtual-connection.ts'

type Expectation = NonNullable<Behaviour['expect']>[number]

/** A message that a connection sent. */
interface Sent {
  readonly connection: VirtualConnection
  readonly serial: number
  readonly dueUs: number
}

/** What must come in time on a connection, and how often it did not. */
export class Expectations {
  missed = 0
  readonly #messages: Pick<SentMessages, 'ackOffsetOf'>
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(messages: Pick<SentMessages, 'ackOffsetOf'>) {
    this.#messages = messages
  }

  /** A connection was greeted, so long after it was due. */
  onGreeted(expectations: readonly Expectation[], latencyUs: number): void {
    for (const { after, withinMs } of expectations)
      if (after === 'connect' && latencyUs > withinMs * 1e3) this.missed += 1
  }

  /** A message was sent: looks what came of it when its time is over. */
  onSent(expectations: readonly Expectation[], sent: Sent): void {
    for (const { after, frame, withinMs } of expectations) {
      if (after !== 'send') continue
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer)
          // After what lies in the sockets was read: it came before the time was over.
          setImmediate(() => this.#look(frame, sent))
        },
        (sent.dueUs - nowUs()) / 1e3 + withinMs,
      )
      this.#timers.add(timer)
    }
  }

  /** From now on nothing is expected any more. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  #look(frame: Expectation['frame'], { connection, serial }: Sent): void {
    // Of who has left, nothing is expected.
    if (connection.state === 'away' || connection.state === 'leaving') return
    const hasCome =
      frame === 'ACK'
        ? !connection.pending.has(serial)
        : connection.receiver.offsets.hasCome(this.#messages.ackOffsetOf(serial))
    if (!hasCome) this.missed += 1
  }
}
