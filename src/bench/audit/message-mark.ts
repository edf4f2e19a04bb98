/** The room that a mark takes at most, in bytes. */
const FILLER = 'the quick brown fox jumps over a lazy dog, '

const MARK = /^bench:([0-9a-f]{8}):([0-9a-z]+)\.([0-9a-z]+):([0-9a-z]+):([rw])([0-9a-z]+) /

/** What a message of a load test says of itself. */
export interface MessageMark {
  /** Names the process that sent it, by whose clock it was due at `dueUs`. */
  readonly origin: string
  /** Which generator of that process sent it. */
  readonly generator: number
  /** Numbers the messages of a generator from 0. */
  readonly serial: number
  readonly dueUs: number
  /** Whether it counts in the figures; a warm-up does not. */
  readonly isRecorded: boolean
}

/** The sender's own name for a message: unique over all runs. */
export function formatMessageName({ origin, generator, serial }: MessageMark): string {
  return `${origin}:${generator.toString(36)}.${serial.toString(36)}`
}

/** Reads what `formatMessageName` wrote. */
export function parseMessageName(
  name: string,
): Pick<MessageMark, 'origin' | 'generator' | 'serial'> | undefined {
  const match = /^([0-9a-f]{8}):([0-9a-z]+)\.([0-9a-z]+)$/.exec(name)
  if (!match) return undefined
  const [, origin, generator, serial] = match
  return {
    origin: origin!,
    generator: Number.parseInt(generator!, 36),
    serial: Number.parseInt(serial!, 36),
  }
}

/** Who a message is from and where it goes, as its frame says it. */
export interface Envelope {
  readonly sender_id?: number
  readonly chat_id?: number
  readonly support_chat_id?: number
}

/**
 * The content of a message: its mark, which vouches for the envelope, too, and filler up to a
 * length. It can be checked by itself.
 */
export function writeContent(mark: MessageMark, envelope: Envelope, bytes: number): string {
  const head = `bench:${formatMessageName(mark)}:${Math.round(mark.dueUs).toString(36)}:${mark.isRecorded ? 'r' : 'w'}`
  const { sender_id, chat_id, support_chat_id } = envelope
  const sum = checksum(`${head}${sender_id} ${chat_id} ${support_chat_id}`)
  return `${head}${sum} `.padEnd(bytes, FILLER)
}

/**
 * Reads the payload of a message: its mark, `foreign` when it is not of a load test, or `corrupt`
 * when content or envelope are not as they were written.
 */
export function readMark(
  payload: Envelope & { readonly content?: unknown },
): MessageMark | 'foreign' | 'corrupt' {
  const { content } = payload
  if (typeof content !== 'string' || !content.startsWith('bench:')) return 'foreign'
  const match = MARK.exec(content)
  if (!match) return 'corrupt'
  const [, origin, generator, serial, due, flag] = match
  const mark = {
    origin: origin!,
    generator: Number.parseInt(generator!, 36),
    serial: Number.parseInt(serial!, 36),
    dueUs: Number.parseInt(due!, 36),
    isRecorded: flag === 'r',
  }
  return writeContent(mark, payload, content.length) === content ? mark : 'corrupt'
}

/** FNV-1a, 20 bits of it. */
function checksum(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 12).toString(36).padStart(4, '0')
}
