import type { MessagePayload, SupportMessagePayload } from '../../protocol/payloads.ts'
import type { MessageEntry } from '../../storage/entries.ts'
import { CLIPPED_LENGTH, type Store } from '../../storage/store.ts'
import { nextTurn } from '../../storage/turns.ts'

/** UTF-16 code units of a message that a list of chats shows. */
const MAX_SHOWN = CLIPPED_LENGTH - 1

/** Bytes of the newest messages in one list of chats; the chats after that come without theirs. */
const MAX_BYTES = 512 * 1024

/** Messages that are read at once: of the longest, with all that belongs to them, 1 MB. */
const STEP = 16

type Payload = MessagePayload | SupportMessagePayload

/** The messages of one answer that lists some, as far as they have room in it; long ones are clipped. */
export class ShownMessages {
  #bytesLeft = MAX_BYTES

  /** The message as it is shown; undefined once there is no more room. */
  take<Shown extends Payload>(payload: Shown): Shown | undefined {
    const shown = clipped(payload)
    this.#bytesLeft -= Buffer.byteLength(JSON.stringify(shown))
    return this.#bytesLeft < 0 ? undefined : shown
  }
}

/**
 * The newest messages of the chats in one answer, of chats in the order in which they are listed:
 * offset → the message. Long ones are clipped, and there are no more of them than a client can be
 * sent at once: an answer of 64 MB would end the connection that asked. Throws STORAGE_UNAVAILABLE.
 */
export async function readLastMessages<Shown extends Payload>(
  store: Pick<Store, 'readClipped'>,
  newest: readonly number[],
  payloadOf: (message: MessageEntry) => Shown,
): Promise<Map<number, Shown>> {
  const shown = new Map<number, Shown>()
  const messages = new ShownMessages()
  const offsets = newest.filter((offset) => offset > 0)
  for (let from = 0; from < offsets.length; from += STEP) {
    const step = offsets.slice(from, from + STEP)
    const read = new Map<number, MessageEntry>()
    for (const message of await store.readClipped(step)) read.set(message.offset, message)
    for (const message of step.flatMap((offset) => read.get(offset) ?? [])) {
      const payload = messages.take(payloadOf(message))
      if (!payload) return shown
      shown.set(message.offset, payload)
    }
    // SQLite answers within the turn in which it is asked.
    await nextTurn()
  }
  return shown
}

function clipped<Shown extends Payload>(payload: Shown): Shown {
  if (payload.content.length <= MAX_SHOWN) return payload
  return { ...payload, content: payload.content.slice(0, MAX_SHOWN).toWellFormed(), clipped: true }
}
