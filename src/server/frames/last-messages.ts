import type { MessagePayload, SupportMessagePayload } from '../../protocol/payloads.ts'

/** UTF-16 code units of a message that a list of chats shows. */
const MAX_SHOWN = 1_000

/** Bytes of the newest messages in one list of chats; the chats after that come without theirs. */
const MAX_BYTES = 512 * 1024

/**
 * The newest messages of the chats in one answer: long ones are clipped, and there are no more of
 * them than a client can be sent at once. An answer of 64 MB would end the connection that asked.
 */
export class LastMessages {
  #bytesLeft = MAX_BYTES

  /** The message as it goes into the answer; undefined when there is no room left for it. */
  take<Payload extends MessagePayload | SupportMessagePayload>(
    payload: Payload,
  ): Payload | undefined {
    const shown = clipped(payload)
    this.#bytesLeft -= Buffer.byteLength(JSON.stringify(shown))
    return this.#bytesLeft < 0 ? undefined : shown
  }
}

function clipped<Payload extends MessagePayload | SupportMessagePayload>(
  payload: Payload,
): Payload {
  if (payload.content.length <= MAX_SHOWN) return payload
  return { ...payload, content: payload.content.slice(0, MAX_SHOWN).toWellFormed(), clipped: true }
}
