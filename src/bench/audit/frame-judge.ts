import { OPCODE } from '../wire/masked-frame.ts'
import type { Audit } from './audit.ts'
import { ENTRY } from './block.ts'
import type { KnownStream } from './known-stream.ts'
import { PresenceJudge } from './presence-judge.ts'
import {
  ASKED_FOR,
  isDurable,
  isSameMessage,
  mayBeDurable,
  type PrivateFrame,
  parseFrame,
  parseText,
} from './private-frame.ts'
import type { Receiver } from './receiver.ts'
import { Roster } from './roster.ts'
import type { StreamCursor } from './stream-cursor.ts'

/** What a receiver tells of, besides what it puts into the audit. */
export interface ReceiverHooks {
  onGreeting(frame: PrivateFrame): void
  onPrivate(frame: PrivateFrame, nowUs: number): void
  onPing(payload: Buffer): void
  onClose(payload: Buffer): void
}

/** Sent to all, but not stored, and besides presence. */
const EPHEMERAL = new Set(['TYPING', 'RECEIPT', 'USER_ACTIVITY'])

/** How many entries an ephemeral frame may be ahead of the cursor. */
const LOOK_AHEAD = 16

const TEXT = 0x80 | OPCODE.text

/** Judges whole frames of one connection that are not what comes next in the stream. */
export class FrameJudge {
  readonly #audit: Audit
  readonly #user: number
  readonly #receiver: Receiver
  readonly #cursor: StreamCursor
  readonly #hooks: ReceiverHooks
  readonly #presence: PresenceJudge
  #isGreeted = false

  /** @param receiver waits, in the audit, when a frame cannot be placed yet */
  constructor(
    audit: Audit,
    {
      user,
      receiver,
      cursor,
      hooks,
    }: {
      user: number
      receiver: Receiver
      cursor: StreamCursor
      hooks: ReceiverHooks
    },
  ) {
    this.#audit = audit
    this.#user = user
    this.#receiver = receiver
    this.#cursor = cursor
    this.#hooks = hooks
    this.#presence = new PresenceJudge(audit, receiver, cursor)
  }

  /** A new socket is greeted once, too. */
  begin(): void {
    this.#isGreeted = false
  }

  /** Takes note of a frame that cannot be read, and of which these bytes are left. */
  noteDamage(bytes: Buffer, from = 0, to = bytes.length): void {
    this.#audit.counts.corrupt += 1
    if (mayBeDurable(bytes.toString('latin1', from, to))) this.#cursor.offsets.unreadable += 1
  }

  /** Takes in a frame that is not the one at the cursor; false when it cannot be placed yet. */
  take(
    bytes: Buffer,
    frame: { at: number; payloadStart: number; end: number },
    nowUs: number,
  ): boolean {
    const { at, payloadStart, end } = frame
    const opcode = bytes[at]! & 0x0f
    if (opcode >= OPCODE.close) {
      const payload = Buffer.from(bytes.subarray(payloadStart, end))
      if (opcode === OPCODE.ping) this.#hooks.onPing(payload)
      else if (opcode === OPCODE.close) this.#hooks.onClose(payload)
      return true
    }
    this.#cursor.passOwn()
    if (this.#takeExpected(bytes, at, end, nowUs)) return true
    if (bytes[at] !== TEXT) {
      this.noteDamage(bytes, payloadStart, end)
      return true
    }
    const head = bytes.toString('latin1', payloadStart, Math.min(end, payloadStart + 60))
    const [, type, userId] =
      /^\{"type":"([A-Z_]+)"(?:,"userId":(\d+),"timestamp")?/.exec(head) ?? []
    if (userId !== undefined && (type === 'USER_ONLINE' || type === 'USER_OFFLINE'))
      return this.#presence.take(bytes, at, end, {
        user: this.#audit.population.indexOf(Number(userId)),
        isOnline: type === 'USER_ONLINE',
        nowUs,
      })
    if (type === 'CONNECTION_ESTABLISHED' && this.#greet(bytes, payloadStart, end)) return true
    const parsed = parseFrame(bytes, payloadStart, end)
    if (parsed === undefined) {
      this.noteDamage(bytes, payloadStart, end)
      return true
    }
    const offset = parsed.payload?.offset ?? parsed.offset
    if (isDurable(parsed) && offset !== undefined)
      return this.#takeDurable(bytes, at, end, { parsed, offset, nowUs })
    if (EPHEMERAL.has(parsed.type)) this.#takeEphemeral(bytes, at, end, nowUs)
    else this.#takePrivate(parsed, nowUs)
    return true
  }

  /** Takes in the durable event that must come next, if the frame is that, byte by byte. */
  #takeExpected(bytes: Buffer, at: number, end: number, nowUs: number): boolean {
    const { stream, aside } = this.#audit
    const index = stream.find(this.#cursor.offsets.next)
    if (index >= 0) {
      if (!stream.isSame(index, bytes, at, end)) return false
      this.#cursor.takeEntry(index, nowUs)
      return true
    }
    const other = aside.find(this.#cursor.offsets.next)
    if (other < 0 || !aside.isSame(other, bytes, at, end)) return false
    this.#cursor.takeAside(other, nowUs)
    return true
  }

  #takeDurable(
    bytes: Buffer,
    at: number,
    end: number,
    { parsed, offset, nowUs }: { parsed: PrivateFrame; offset: number; nowUs: number },
  ): boolean {
    const { stream, aside, counts } = this.#audit
    for (const known of [stream, aside]) {
      const index = known.find(offset)
      if (index < 0) continue
      if (!known.isSame(index, bytes, at, end))
        this.#takeVariant(bytes.subarray(at, end), { parsed, offset, known, index })
      else if (known === aside) this.#cursor.takeAside(index, nowUs)
      else this.#cursor.takeEntry(index, nowUs)
      return true
    }
    const entry = this.#audit.judge(parsed, offset)
    if (entry === 'corrupt') {
      counts.corrupt += 1
      this.#cursor.offsets.excuse(offset)
      return true
    }
    if (this.#isMisplaced(parsed, offset)) {
      counts.corrupt += 1
      this.#cursor.offsets.unreadable += 1
      return true
    }
    if (offset < stream.lastOffset) {
      this.#cursor.takeAside(aside.append(bytes, at, end, entry), nowUs)
      return true
    }
    if (this.#cursor.index < 0 && !this.#audit.isImpatient(this.#receiver)) return false
    if (this.#cursor.offsets.isAhead(offset) && !this.#audit.hasWaited(this.#receiver)) return false
    this.#cursor.lead(bytes, at, end, entry, nowUs)
    return true
  }

  /** Whether a frame whose offset nobody knows cannot have that offset. */
  #isMisplaced(parsed: PrivateFrame, offset: number): boolean {
    if (this.#cursor.offsets.isPast(offset)) return true
    const { stream, aside } = this.#audit
    const { next } = this.#cursor.offsets
    return [stream, aside].some((known) => {
      const index = offset === next ? -1 : known.find(next)
      return index >= 0 && isSameMessage(parsed, known.bytesOf(index)) === true
    })
  }

  /** Takes in a durable frame that is not as it is known. */
  #takeVariant(
    bytes: Buffer,
    {
      parsed,
      offset,
      known,
      index,
    }: { parsed: PrivateFrame; offset: number; known: KnownStream; index: number },
  ): void {
    if (this.#audit.isCorrupt(parsed)) {
      this.#audit.counts.corrupt += 1
      this.#cursor.offsets.excuse(offset)
    } else if (isSameMessage(parsed, known.bytesOf(index)) === false) {
      // It is another message, of which the offset is wrong.
      this.#audit.counts.corrupt += 1
      this.#cursor.offsets.unreadable += 1
    } else {
      this.#audit.noteVariant(offset, bytes)
      this.#cursor.offsets.arrive(offset)
    }
  }

  #takeEphemeral(bytes: Buffer, at: number, end: number, nowUs: number): void {
    const { stream } = this.#audit
    if (this.#cursor.index < 0) return
    const until = Math.min(stream.end, this.#cursor.index + LOOK_AHEAD)
    for (let index = this.#cursor.index; index < until; index++)
      if (stream.isSame(index, bytes, at, end)) {
        this.#cursor.takeEntry(index, nowUs)
        return
      }
    if (this.#cursor.index === stream.end)
      this.#cursor.lead(bytes, at, end, { kind: ENTRY.ephemeral }, nowUs)
  }

  /** Reads the greeting without its long list where that is the one known; false when it cannot. */
  #greet(bytes: Buffer, payloadStart: number, end: number): boolean {
    const key = bytes.indexOf('"online":[', payloadStart, 'latin1')
    if (key < 0 || key >= end) return false
    const listEnd = bytes.indexOf(']', key, 'latin1') + 1
    if (listEnd === 0 || listEnd > end) return false
    const head = bytes.toString('utf8', payloadStart, key)
    const rest = bytes.toString('utf8', listEnd, end)
    const frame = parseText(`${head}"online":[]${rest}`)
    if (!frame) return false
    const { stream, population, counts } = this.#audit
    const isOwn = frame.userId === population.idOf(this.#user)
    if (!isOwn) counts.misrouted += 1
    if (this.#isGreeted) {
      if (isOwn) counts.duplicate += 1
      return true
    }
    this.#isGreeted = true
    this.#audit.noteGreeting()
    const snapshot = this.#audit.snapshotOf(bytes.subarray(key + '"online":'.length, listEnd))
    this.#cursor.roster = new Roster(snapshot, stream.end)
    if (!this.#cursor.isReplaying) this.#cursor.offsets.next = Number(frame.offset) + 1
    this.#hooks.onGreeting(frame)
    return true
  }

  #takePrivate(frame: PrivateFrame, nowUs: number): void {
    const isEndOfReplay = frame.type === 'RESUMED' || frame.type === 'RESUME_FAILED'
    if (ASKED_FOR.has(frame.type) || (isEndOfReplay && !this.#cursor.isReplaying)) {
      this.#audit.counts.misrouted += 1
      return
    }
    if (isEndOfReplay) this.#cursor.isReplaying = false
    if (frame.type === 'RESUME_FAILED') {
      this.#audit.counts.resumeFailed += Math.max(
        0,
        Number(frame.offset) - this.#cursor.offsets.last,
      )
      this.#cursor.offsets.next = Number(frame.offset) + 1
    }
    this.#hooks.onPrivate(frame, nowUs)
  }
}
