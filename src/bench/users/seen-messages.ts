import type { Audit } from '../audit/audit.ts'
import type { Block } from '../audit/block.ts'
import { GrowingArray } from './growing-array.ts'
import type { SentMessages } from './sent-messages.ts'

/** The messages of one generator that connections of another, or its own, were sent. */
class Sightings {
  /** Serial → the first offset, and the id, that it was seen with; 0: it was not. */
  readonly offsets = new GrowingArray()
  readonly ids = new GrowingArray()
  /** `offset:id` of those that were seen once more. */
  readonly repeats = new Set<string>()
}

/** The messages of this process as connections were sent them, beside what their ACKs said. */
export class SeenMessages {
  /** Deliveries of messages under a second offset: the server has stored them twice. */
  repeated = 0
  readonly #sightings: Sightings[] = []

  constructor({ stream, aside }: Audit) {
    for (const block of [...stream.blocks, ...aside.blocks])
      for (let place = 0; place < block.count; place++)
        if (block.generators[place]! > 0) this.#add(block, place)
  }

  /** How many messages of a generator stand elsewhere, or under another id, than their ACK said. */
  countWrongAcks(messages: SentMessages): number {
    const seen = this.#sightings[messages.generator]
    let wrong = 0
    for (let serial = 0; seen && serial < messages.sent; serial++) {
      const offset = messages.ackOffsetOf(serial)
      const id = messages.ackIdOf(serial)
      const seenOffset = seen.offsets.get(serial)
      if (offset === 0 || seenOffset === 0) continue
      const isRight =
        (offset === seenOffset && id === seen.ids.get(serial)) ||
        seen.repeats.has(`${offset}:${id}`)
      if (!isRight) wrong += 1
    }
    return wrong
  }

  /** The newest offset that was acknowledged for a message which nobody was sent; 0: there is none. */
  newestUnseen(messages: SentMessages): number {
    const seen = this.#sightings[messages.generator]?.offsets
    let newest = 0
    for (let serial = 0; serial < messages.sent; serial++)
      if (!seen?.get(serial)) newest = Math.max(newest, messages.ackOffsetOf(serial))
    return newest
  }

  #add(block: Block, place: number): void {
    const generator = block.generators[place]! - 1
    const seen = this.#sightings[generator] ?? new Sightings()
    this.#sightings[generator] = seen
    const serial = block.serials[place]!
    const offset = block.offsets[place]!
    const id = block.ids[place]!
    if (seen.offsets.get(serial) > 0) {
      this.repeated += block.receivers[place]!
      seen.repeats.add(`${offset}:${id}`)
      return
    }
    seen.offsets.set(serial, offset)
    seen.ids.set(serial, id)
  }
}
