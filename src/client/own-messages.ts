import type { Ack, ServerFrame } from '../protocol/server-frames.ts'
import type { Timers } from './timers.ts'

/** How long an own message may wait for the ACK that tells which one it is. */
const PATIENCE_MS = 1_000

/** Names of own messages that are kept until those come: a narrowed client is not sent all of them. */
const MAX_NAMES = 1_000

/** What is heard at once even while something waits: what it waits for, and what has no order. */
const AT_ONCE: ReadonlySet<string> = new Set(['ACK', 'ERROR', 'PONG', 'CONNECTION_ESTABLISHED'])

export interface OwnMessagesOwner {
  readonly userId: number
  /** Whether there are messages that the server has not acknowledged. */
  isSending(): boolean
  /** A frame has its turn. */
  take(frame: ServerFrame): void
}

/**
 * Finds out which of its own messages a client is told of. Mostly its ACK has come before; where it was
 * lost with a connection, the message comes first, and with it what follows waits for the ACK that
 * sending again brings.
 */
export class OwnMessages {
  readonly #owner: OwnMessagesOwner
  readonly #timers: Timers
  /** Offset → `client_id` */
  readonly #names = new Map<number, string>()
  #held: ServerFrame[] = []
  #cancel: (() => void) | undefined
  /** Whether something waited in vain, and nothing does until all is acknowledged. */
  #isImpatient = false

  constructor(owner: OwnMessagesOwner, timers: Timers) {
    this.#owner = owner
    this.#timers = timers
  }

  /** The name under which this client sent what is at an offset, as far as is known; asked for once. */
  nameOf(offset: number): string | undefined {
    const name = this.#names.get(offset)
    this.#names.delete(offset)
    return name
  }

  acknowledged({ offset, client_id }: Ack): void {
    this.#names.set(offset, client_id)
    if (this.#names.size > MAX_NAMES) this.#names.delete(this.#names.keys().next().value!)
  }

  /** Whether a frame that has come waits, and is taken later. */
  holds(frame: ServerFrame): boolean {
    if (AT_ONCE.has(frame.type)) return false
    if (this.#held.length === 0) {
      if (!this.#isUnknown(frame)) return false
      this.#cancel = this.#timers.after(PATIENCE_MS, () => {
        this.#isImpatient = true
        this.release()
      })
    }
    this.#held.push(frame)
    return true
  }

  /** Something was acknowledged or refused: takes what need not wait any longer. */
  goOn(): void {
    while (this.#held.length > 0 && !this.#isUnknown(this.#held[0]!))
      this.#owner.take(this.#held.shift()!)
    if (this.#held.length === 0) this.#cancel?.()
  }

  /** Takes all that waits. */
  release(): void {
    this.#cancel?.()
    for (const frame of this.#held.splice(0)) this.#owner.take(frame)
  }

  /** The history is another one, in which the offsets mean something else. */
  restart(): void {
    this.#names.clear()
  }

  /** Forgets what waits: nobody wants it. */
  clear(): void {
    this.#cancel?.()
    this.#held = []
    this.#names.clear()
  }

  #isUnknown(frame: ServerFrame): boolean {
    if (frame.type !== 'MESSAGE' && frame.type !== 'SUPPORT_MESSAGE') return false
    const { sender_id, offset } = frame.payload
    if (sender_id !== this.#owner.userId || this.#names.has(offset)) return false
    const isSending = this.#owner.isSending()
    if (!isSending) this.#isImpatient = false
    return isSending && !this.#isImpatient
  }
}
