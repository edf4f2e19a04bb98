import type { FrameExtent } from '../wire/frame-header.ts'
import type { ReadFrame, Taken } from '../wire/frame-reader.ts'
import { OPCODE } from '../wire/masked-frame.ts'
import type { Audit } from './audit.ts'
import { ENTRY, type NewEntry } from './block.ts'
import type { KnownStream } from './known-stream.ts'
import { readMark } from './message-mark.ts'
import { noteEntry } from './note-entry.ts'
import {
  ASKED_FOR,
  isCorrupt,
  isDurable,
  isMessage,
  isSameMessage,
  mayBeDurable,
  type ParsedFrame,
  parseFrame,
  readGreeting,
} from './parsed-frame.ts'
import type { Place } from './place.ts'
import { PresenceJudge } from './presence-judge.ts'
import { Roster } from './roster.ts'

/** Hears of frames that are for one connection alone. */
export interface PrivateListener {
  onGreeting(frame: ParsedFrame): void
  onPrivate(frame: ParsedFrame, nowUs: number): void
}

/** A frame that is this entry of the stream, or of those that stand aside. */
export interface Recognised {
  readonly index: number
  readonly isAside: boolean
}

export type Verdict = Taken | Recognised

/** A durable frame, its place in the bytes that were read, and when that was. */
interface Durable {
  readonly bytes: Buffer
  readonly at: number
  readonly end: number
  readonly parsed: ParsedFrame
  readonly offset: number
}

/** Sent to all, but not stored, and besides presence. */
const EPHEMERAL = new Set(['TYPING', 'RECEIPT', 'USER_ACTIVITY'])

/** How many entries an ephemeral frame may be ahead of its connection's place. */
const LOOK_AHEAD = 16

const TEXT = 0x80 | OPCODE.text

/** Judges whole frames of one connection that are not what comes next in the stream. */
export class FrameJudge {
  readonly #audit: Audit
  readonly #place: Place
  readonly #listener: PrivateListener
  readonly #presence: PresenceJudge

  constructor(audit: Audit, place: Place, listener: PrivateListener) {
    this.#audit = audit
    this.#place = place
    this.#listener = listener
    this.#presence = new PresenceJudge(audit, place)
  }

  /** Takes note of a frame that cannot be read, and of which these bytes are left. */
  noteDamage(bytes: Buffer, from: number, to: number): void {
    this.#audit.counts.corrupt += 1
    if (mayBeDurable(bytes.toString('latin1', from, to))) this.#place.offsets.unreadable += 1
  }

  judge(bytes: Buffer, frame: ReadFrame, nowUs: number): Verdict {
    const { at, payloadStart, end } = frame
    if (bytes[at] !== TEXT) return this.#damaged(bytes, frame)
    const head = bytes.toString('latin1', payloadStart, Math.min(end, payloadStart + 60))
    const [, type, userId] =
      /^\{"type":"([A-Z_]+)"(?:,"userId":(\d+),"timestamp")?/.exec(head) ?? []
    if (userId !== undefined && (type === 'USER_ONLINE' || type === 'USER_OFFLINE'))
      return this.#audit.chats
        ? 'taken'
        : this.#presence.judge(bytes, frame, {
            user: this.#audit.population.indexOf(Number(userId)),
            isOnline: type === 'USER_ONLINE',
          })
    if (type === 'CONNECTION_ESTABLISHED' && this.#greet(bytes, frame)) return 'taken'
    const parsed = parseFrame(bytes, payloadStart, end)
    if (parsed === undefined) return this.#damaged(bytes, frame)
    const offset = parsed.payload?.offset ?? parsed.offset
    if (isDurable(parsed) && offset !== undefined)
      return this.#judgeDurable({ bytes, at, end, parsed, offset })
    if (EPHEMERAL.has(parsed.type))
      return this.#audit.chats ? this.#judgePassing(parsed) : this.#judgeEphemeral(bytes, at, end)
    this.#takePrivate(parsed, nowUs)
    return 'taken'
  }

  #damaged(bytes: Buffer, { payloadStart, end }: FrameExtent): Verdict {
    this.noteDamage(bytes, payloadStart, end)
    return 'damaged'
  }

  #judgeDurable(frame: Durable): Verdict {
    const { bytes, at, end, parsed, offset } = frame
    const { stream, aside, chats } = this.#audit
    const { offsets, index: place, hasWaited } = this.#place
    for (const known of [stream, aside]) {
      const index = known.find(offset)
      if (index < 0) continue
      if (known.isSame(index, bytes, at, end)) return { index, isAside: known === aside }
      return this.#judgeVariant(frame, known.bytesOf(index))
    }
    const entry = this.#entryOf(parsed, offset)
    if (entry === 'corrupt') return this.#corrupt(offset)
    if (chats) {
      if (offsets.isPast(offset)) return this.#corrupt()
      noteEntry(chats, parsed, offset, (id) => this.#audit.population.indexOf(id))
      return this.#lead(bytes, at, end, entry)
    }
    if (this.#isMisplaced(parsed, offset)) return this.#corrupt()
    if (offset < stream.lastOffset)
      return { index: aside.append(bytes, at, end, entry), isAside: true }
    if (place < 0 && this.#audit.placed > 0 && !hasWaited) return 'later'
    if (offsets.isAhead(offset) && !hasWaited) return 'later'
    return this.#lead(bytes, at, end, entry)
  }

  /** Puts a frame that nobody had before at the end of the stream. */
  #lead(bytes: Buffer, at: number, end: number, entry: NewEntry): Recognised {
    return { index: this.#audit.stream.append(bytes, at, end, entry), isAside: false }
  }

  /** What a durable frame is; `corrupt` when it is not as its sender wrote it. */
  #entryOf(frame: ParsedFrame, offset: number): NewEntry | 'corrupt' {
    const { payload } = frame
    if (typeof payload?.content !== 'string' || !isMessage(frame))
      return { kind: ENTRY.other, offset }
    const mark = readMark(payload)
    if (mark === 'corrupt') return 'corrupt'
    this.#audit.noteMessage(payload)
    if (mark === 'foreign') return { kind: ENTRY.other, offset }
    const { origin, generator, serial, dueUs, isRecorded } = mark
    const isOwn = origin === this.#audit.origin
    const kind = isOwn ? ENTRY.timed : ENTRY.foreign
    return {
      kind: isRecorded ? kind : ENTRY.unrecorded,
      offset,
      dueUs,
      ...(isOwn ? { message: { generator, serial, id: payload.id } } : {}),
    }
  }

  /** Whether a frame whose offset nobody knows cannot have that offset. */
  #isMisplaced(parsed: ParsedFrame, offset: number): boolean {
    const { offsets } = this.#place
    if (offsets.isPast(offset)) return true
    const { stream, aside } = this.#audit
    return [stream, aside].some((known: KnownStream) => {
      const index = offset === offsets.next ? -1 : known.find(offsets.next)
      return index >= 0 && isSameMessage(parsed, known.bytesOf(index)) === true
    })
  }

  /** Judges a durable frame that is not as it is known. */
  #judgeVariant({ bytes, at, end, parsed, offset }: Durable, known: Buffer): Verdict {
    if (isCorrupt(parsed)) return this.#corrupt(offset)
    // It is another message, of which the offset is wrong.
    if (isSameMessage(parsed, known) === false) return this.#corrupt()
    this.#audit.noteVariant(offset, bytes.subarray(at, end))
    this.#place.offsets.arrive(offset)
    return 'taken'
  }

  /** Counts a corrupt frame. @param offset which it has for certain; without it that is wrong, too */
  #corrupt(offset?: number): Verdict {
    this.#audit.counts.corrupt += 1
    if (offset === undefined) this.#place.offsets.unreadable += 1
    else this.#place.offsets.excuse(offset)
    return 'damaged'
  }

  /** Judges typing or a receipt, which has no offset that says who was in its chat then. */
  #judgePassing({ chat_id: id }: ParsedFrame): Verdict {
    const { chats, counts } = this.#audit
    const chat = chats!.indexOf(id as number | undefined)
    if (chat >= 0 && !chats!.chatsOf(this.#place.user).includes(chat)) counts.leaked += 1
    return 'taken'
  }

  #judgeEphemeral(bytes: Buffer, at: number, end: number): Verdict {
    const { stream } = this.#audit
    const from = this.#place.index
    if (from < 0) return 'taken'
    const until = Math.min(stream.end, from + LOOK_AHEAD)
    for (let index = from; index < until; index++)
      if (stream.isSame(index, bytes, at, end)) return { index, isAside: false }
    return from === stream.end ? this.#lead(bytes, at, end, { kind: ENTRY.ephemeral }) : 'taken'
  }

  /** Takes in a greeting; false when it is none that can be read in parts. */
  #greet(bytes: Buffer, { payloadStart, end }: FrameExtent): boolean {
    const greeting = readGreeting(bytes, payloadStart, end)
    if (!greeting) return false
    const { frame, online } = greeting
    const { stream, population, counts } = this.#audit
    const place = this.#place
    const isOwn = frame.userId === population.idOf(place.user)
    if (!isOwn) counts.misrouted += 1
    if (place.isGreeted) {
      if (isOwn) counts.duplicate += 1
      return true
    }
    place.isGreeted = true
    this.#audit.noteGreeting()
    // Whom a user sees online depends on whom it shares a chat with.
    if (!this.#audit.chats) place.roster = new Roster(this.#audit.onlineListOf(online), stream.end)
    if (!place.isReplaying) place.offsets.begin(Number(frame.offset))
    this.#listener.onGreeting(frame)
    return true
  }

  #takePrivate(frame: ParsedFrame, nowUs: number): void {
    const place = this.#place
    const { counts, chats } = this.#audit
    if (chats && frame.type === 'OFFSET') return
    const isEndOfReplay = frame.type === 'RESUMED' || frame.type === 'RESUME_FAILED'
    if (ASKED_FOR.has(frame.type) || (isEndOfReplay && !place.isReplaying)) {
      counts.misrouted += 1
      return
    }
    if (isEndOfReplay) place.isReplaying = false
    if (frame.type === 'RESUME_FAILED') {
      counts.resumeFailed += Math.max(0, Number(frame.offset) - place.offsets.last)
      place.offsets.begin(Number(frame.offset))
    } else if (isEndOfReplay) place.offsets.endReplay(Number(frame.offset))
    this.#listener.onPrivate(frame, nowUs)
  }
}
