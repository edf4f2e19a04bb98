import { Latency } from './latency.ts'

/** What the audit found, over all receivers. */
export interface DeliveryFindings {
  readonly sent: number
  readonly acknowledged: number
  /** Messages that the server answered with an ERROR. */
  readonly refused: number
  /** Every acknowledged message, once for every connection. */
  readonly expected: number
  readonly delivered: number
  readonly missing: number
  readonly duplicate: number
  /** Deliveries whose offset is not above that of the one before on the same connection. */
  readonly outOfOrder: number
}

/**
 * Knows every message of a run and ticks off who received it. Each connection must get each
 * acknowledged message exactly once, in the order of offsets.
 */
export class DeliveryAudit {
  readonly ack = new Latency()
  readonly delivery = new Latency()
  /** Message → when it was due. */
  readonly #dueMs: Float64Array
  readonly #acknowledged: Uint8Array
  /** Connection → one bit for each message. */
  readonly #received: Uint8Array[]
  /** Connection → offset of its last delivery. */
  readonly #lastOffset: Float64Array
  #sent = 0
  #acknowledgedCount = 0
  #refused = 0
  #delivered = 0
  #duplicate = 0
  #outOfOrder = 0

  constructor(messageCount: number, connectionCount: number) {
    this.#dueMs = new Float64Array(messageCount)
    this.#acknowledged = new Uint8Array(messageCount)
    this.#received = Array.from(
      { length: connectionCount },
      () => new Uint8Array(Math.ceil(messageCount / 8)),
    )
    this.#lastOffset = new Float64Array(connectionCount)
  }

  /** Deliveries so far, without duplicates. */
  get delivered(): number {
    return this.#delivered
  }

  /** Whether every message sent was answered, and every acknowledged one delivered to all. */
  get isComplete(): boolean {
    return (
      this.#acknowledgedCount + this.#refused === this.#sent &&
      this.#delivered >= this.#acknowledgedCount * this.#received.length
    )
  }

  /** @param dueMs on the clock of the other calls' `nowMs` */
  recordSend(message: number, dueMs: number): void {
    this.#dueMs[message] = dueMs
    this.#sent += 1
  }

  recordAck(message: number, nowMs: number): void {
    if (this.#acknowledged[message] !== 0) return
    this.#acknowledged[message] = 1
    this.#acknowledgedCount += 1
    this.ack.record(nowMs - this.#dueMs[message]!)
  }

  recordRefusal(): void {
    this.#refused += 1
  }

  recordDelivery(connection: number, message: number, offset: number, nowMs: number): void {
    const bits = this.#received[connection]!
    const bit = 1 << (message & 7)
    if ((bits[message >> 3]! & bit) !== 0) {
      this.#duplicate += 1
      return
    }
    bits[message >> 3]! |= bit
    this.#delivered += 1
    if (offset <= this.#lastOffset[connection]!) this.#outOfOrder += 1
    this.#lastOffset[connection] = offset
    this.delivery.record(nowMs - this.#dueMs[message]!)
  }

  findings(): DeliveryFindings {
    let missing = 0
    for (const bits of this.#received)
      for (const [message, isAcknowledged] of this.#acknowledged.entries())
        if (isAcknowledged && (bits[message >> 3]! & (1 << (message & 7))) === 0) missing += 1
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledgedCount,
      refused: this.#refused,
      expected: this.#acknowledgedCount * this.#received.length,
      delivered: this.#delivered,
      missing,
      duplicate: this.#duplicate,
      outOfOrder: this.#outOfOrder,
    }
  }
}
