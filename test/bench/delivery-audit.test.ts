import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeliveryAudit } from '../../src/bench/delivery-audit.ts'

/** An audit of `messages` sent and acknowledged, with nothing delivered yet. */
function acknowledged(messages: number, connections: number): DeliveryAudit {
  const audit = new DeliveryAudit(messages, connections)
  for (let message = 0; message < messages; message++) {
    audit.recordSend(message, 0)
    audit.recordAck(message, 1)
  }
  return audit
}

describe('DeliveryAudit', () => {
  it('finds nothing when every connection got every message once and in order', () => {
    const audit = acknowledged(3, 2)
    for (const connection of [0, 1])
      for (const message of [0, 1, 2]) audit.recordDelivery(connection, message, message + 1, 2)
    expect(audit.isComplete).toBe(true)
    expect(audit.findings()).toEqual({
      sent: 3,
      acknowledged: 3,
      refused: 0,
      expected: 6,
      delivered: 6,
      missing: 0,
      duplicate: 0,
      outOfOrder: 0,
    })
  })

  it('counts exactly the deliveries that were dropped, repeated or swapped', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(99), { maxLength: 20 }),
        fc.uniqueArray(fc.nat(99), { maxLength: 20 }),
        (dropped, repeated) => {
          const audit = acknowledged(100, 1)
          let repeats = 0
          for (let message = 0; message < 100; message++) {
            if (dropped.includes(message)) continue
            audit.recordDelivery(0, message, message + 1, 2)
            if (!repeated.includes(message)) continue
            audit.recordDelivery(0, message, message + 1, 2)
            repeats += 1
          }
          expect(audit.isComplete).toBe(dropped.length === 0)
          expect(audit.findings()).toMatchObject({
            missing: dropped.length,
            duplicate: repeats,
            outOfOrder: 0,
          })
        },
      ),
    )
    const swapped = acknowledged(2, 1)
    swapped.recordDelivery(0, 1, 2, 2)
    swapped.recordDelivery(0, 0, 1, 2)
    expect(swapped.findings()).toMatchObject({ missing: 0, duplicate: 0, outOfOrder: 1 })
  })

  it('expects nothing of a message that was never acknowledged, but is not complete', () => {
    const audit = new DeliveryAudit(1, 2)
    audit.recordSend(0, 0)
    expect(audit.isComplete).toBe(false)
    expect(audit.findings()).toMatchObject({ sent: 1, acknowledged: 0, expected: 0, missing: 0 })
  })

  it('is complete when a message was refused, and counts it', () => {
    const audit = new DeliveryAudit(1, 2)
    audit.recordSend(0, 0)
    audit.recordRefusal()
    expect(audit.isComplete).toBe(true)
    expect(audit.findings().refused).toBe(1)
  })

  it('measures from the time a message was due', () => {
    const audit = new DeliveryAudit(1, 1)
    audit.recordSend(0, 100)
    audit.recordAck(0, 105)
    audit.recordDelivery(0, 0, 1, 120)
    expect(audit.ack.summary()?.max).toBeCloseTo(5, 1)
    expect(audit.delivery.summary()?.max).toBeCloseTo(20, 1)
  })
})
