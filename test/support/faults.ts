import { encodeText } from '../../src/server/frames/encode-frame.ts'
import type { ProxyClient, Tamper, Wire } from './tampering-proxy.ts'

type Change = ReturnType<Tamper>

/** A frame on its way through a proxy. */
export interface Passing extends ProxyClient {
  readonly frame: string
  readonly type: string
  /** The connection that it is for, or comes from, as the proxy numbers them. */
  readonly connection: number
}

/** Something that a proxy does wrong, and how often it did. */
export interface Fault {
  planted: number
  /** What is sent on instead of a frame; undefined when that is left as it is. */
  tamper(passing: Passing): Change | undefined
}

/** A proxy's faults of several kinds; each frame is changed by the first that wants it. */
export function tamperWith(faults: Iterable<Fault>): Tamper {
  return (frame, connection, client) => {
    const type = /^\{"type":"([A-Z_]+)"/.exec(frame)?.[1] ?? ''
    for (const fault of faults) {
      const change = fault.tamper({ ...client, frame, type, connection })
      if (change) return change
    }
    return [frame]
  }
}

/** Changes every frame that `isMeant`. */
export function onEvery(
  isMeant: (passing: Passing) => boolean,
  change: (frame: string, passing: Passing) => Change,
): Fault {
  return {
    planted: 0,
    tamper(passing) {
      if (!isMeant(passing)) return undefined
      this.planted += 1
      return change(passing.frame, passing)
    },
  }
}

/** Changes those of the frames which `isMeant` that are these: the first is 1. */
export function onThose(
  which: readonly number[],
  isMeant: (passing: Passing) => boolean,
  change: (frame: string, passing: Passing) => Change,
): Fault {
  let seen = 0
  return onEvery((passing) => isMeant(passing) && which.includes(++seen), change)
}

export const isMessage = ({ type }: Passing): boolean =>
  type === 'MESSAGE' || type === 'SUPPORT_MESSAGE'

/** Changes those of the messages that one connection is sent which are these: the first is 1. */
export function onMessages(
  connection: number,
  which: readonly number[],
  change: (frame: string, passing: Passing) => Change,
): Fault {
  return onThose(
    which,
    (passing) => passing.connection === connection && isMessage(passing),
    change,
  )
}

/** Changes some messages, in the order in which they came first, for all that they are sent to. */
export function onMessagesOfAll(
  which: readonly number[],
  change: (frame: string, passing: Passing) => Change,
): Fault {
  const offsets = new Set<string>()
  return onEvery((passing) => {
    if (!isMessage(passing)) return false
    const offset = /"offset":(\d+)/.exec(passing.frame)![1]!
    offsets.add(offset)
    return which.includes([...offsets].indexOf(offset) + 1)
  }, change)
}

/**
 * Sends one connection its third message after the next one that is of another chat; what comes
 * between is late, too.
 */
export function swapChats(connection: number): Fault {
  let seen = 0
  let chat: string | undefined
  let held: string[] = []
  return {
    planted: 0,
    tamper(passing) {
      if (passing.connection !== connection || !isMessage(passing)) return undefined
      const { frame } = passing
      const own = /"(?:support_)?chat_id":\d+/.exec(frame)?.[0]
      seen += 1
      if (seen === 3) chat = own
      if (seen < 3 || this.planted > 0) return undefined
      if (own === chat) {
        held.push(frame)
        return []
      }
      this.planted += held.length
      const late = held
      held = []
      return [frame, ...late]
    },
  }
}

/** Sends one connection, after its next message, what another one was sent alone. */
export function misroute(isMeant: (passing: Passing) => boolean, to: number): Fault {
  let stray: string | undefined
  return {
    planted: 0,
    tamper(passing) {
      if (passing.connection !== to && isMeant(passing)) stray ??= passing.frame
      const isPlace = passing.connection === to && isMessage(passing)
      if (!isPlace || stray === undefined || this.planted > 0) return undefined
      this.planted += 1
      return [passing.frame, stray]
    },
  }
}

/** A frame as it stands on the wire, with some bits of its first byte turned over. */
export function withFirstByte(text: string, bits: number): Buffer {
  const bytes = Buffer.from(encodeText(text))
  bytes[0]! ^= bits
  return bytes
}

/** A frame of 126 bytes or more as it stands on the wire, that says it is longer than it is. */
export function withLength(text: string, longerBy: number): Buffer {
  const bytes = Buffer.from(encodeText(text))
  bytes.writeUInt16BE(bytes.readUInt16BE(2) + longerBy, 2)
  return bytes
}

/** A message in several frames of some length, with a ping between any two. */
export function inFragments(text: string, pieceBytes: number): Wire[] {
  const payload = Buffer.from(text)
  const count = Math.ceil(payload.length / pieceBytes)
  return Array.from({ length: count }, (_, i) => {
    const piece = payload.subarray(i * pieceBytes, (i + 1) * pieceBytes)
    const frame = Buffer.from(encodeText(piece.toString()))
    frame[0] = (i === count - 1 ? 0x80 : 0) | (i === 0 ? 1 : 0)
    return i === 0 ? frame : Buffer.concat([Buffer.from([0x89, 0]), frame])
  })
}

/** A frame with some of what it says replaced. Throws where it does not say so. */
export function altered(frame: string, pattern: RegExp | string, by: string): string {
  const text = frame.replace(pattern, by)
  if (text === frame) throw new Error(`${pattern} is not in ${frame}`)
  return text
}
