import { beginsFragments, continuesFragments, Fragments } from '../wire/fragments.ts'
import { type FrameExtent, isSoundHeader, readExtent } from '../wire/frame-header.ts'
import { beginsText, findFrameStart, OPENING, UNDECIDED_BYTES } from '../wire/frame-start.ts'
import { OPCODE } from '../wire/masked-frame.ts'
import type { Audit } from './audit.ts'
import { type Block, ENTRY, type NewEntry } from './block.ts'
import type { KnownStream } from './known-stream.ts'
import { OffsetLedger } from './offset-ledger.ts'
import {
  ANSWERS,
  isDurable,
  isSameMessage,
  mayBeDurable,
  type PrivateFrame,
  parseFrame,
  parseText,
} from './private-frame.ts'
import { Roster } from './roster.ts'
import { sameFrames } from './same-frames.ts'

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

/** Presence entries of one user that are compared with a frame. */
const LOOK_BACK = 4

const TEXT = 0x80 | OPCODE.text

/** The least first byte of a control frame. */
const CONTROL = 0x80 | OPCODE.close
const extent: FrameExtent = { payloadStart: 0, end: 0 }

/**
 * Reads what one connection is sent, and compares it with the stream that all are sent: as long as
 * it is the same, byte by byte and in one go; frame by frame where it is not.
 */
export class Receiver {
  roster: Roster | undefined
  /** Whether it counts in what is told of times. */
  isTimed = true
  readonly #audit: Audit
  readonly #user: number
  readonly #hooks: ReceiverHooks
  /** Index in the stream of what comes next; -1 until it has found its place. */
  #cursor = -1
  /** Bytes of the entry at the cursor that have come already. */
  #matched = 0
  /** Bytes of a frame whose rest has not come, or that cannot be placed yet. */
  #carry: Buffer | undefined
  #carryUs = 0
  #isWaiting = false
  readonly #offsets: OffsetLedger
  /** Whether it is being sent what it missed while it was away. */
  #isReplaying = false
  #isGreeted = false
  /** Whether what it is sent is damaged, up to where the next frame is found to begin. */
  #isAdrift = false
  /** Whether what comes next may be the rest of a frame that could not be read. */
  #isAfterDamage = false
  /** The message that comes in several frames, while it does. */
  #fragments: Fragments | undefined

  /** @param user whose connection it is */
  constructor(audit: Audit, user: number, hooks: ReceiverHooks) {
    this.#audit = audit
    this.#offsets = new OffsetLedger(audit.counts)
    this.#user = user
    this.#hooks = hooks
  }

  /** Which durable events it has had. */
  get offsets(): OffsetLedger {
    return this.#offsets
  }

  get cursor(): number {
    return this.#cursor
  }

  /** Whether it follows the stream, and lacks nothing of what came before. */
  get isFollowing(): boolean {
    return this.#cursor >= 0 && !this.#isReplaying
  }

  /** Whether it is still to be told that it has resumed. */
  get isReplaying(): boolean {
    return this.#isReplaying
  }

  /**
   * Begins on a new socket. @param keepsPlace whether it resumes; otherwise the greeting tells
   * where it begins
   */
  begin(keepsPlace: boolean): void {
    this.#leavePlace()
    this.#isReplaying = keepsPlace
    this.#isGreeted = false
    if (keepsPlace) this.#offsets.resume()
    else this.#offsets.forget()
  }

  /** Its socket is gone: it follows the stream no longer, and knows nothing of who is here. */
  end(): void {
    this.#leavePlace()
    this.roster = undefined
  }

  /** Takes in bytes of frames, `at` to `length`, that came just now. */
  read(bytes: Buffer, at: number, length: number, nowUs: number): void {
    if (this.#carry === undefined) {
      this.#process(bytes, at, length, nowUs)
      return
    }
    const all = Buffer.concat([this.#carry, bytes.subarray(at, length)])
    if (this.#isWaiting) {
      this.#carry = all
      return
    }
    this.#carry = undefined
    this.#process(all, 0, all.length, nowUs)
  }

  /** Tries to place again what could not be placed; true when it could. */
  retry(): boolean {
    if (!this.#isWaiting) return true
    const bytes = this.#carry!
    this.#isWaiting = false
    this.#carry = undefined
    this.#process(bytes, 0, bytes.length, this.#carryUs)
    return !this.#isWaiting
  }

  #process(given: Buffer, from: number, until: number, nowUs: number): void {
    let bytes = given
    let at = from
    let length = until
    while (at < length) {
      if (this.#isAdrift) at = this.#drift(bytes, at, length, nowUs)
      // Within a message in several frames, none of another message may come.
      else if (!this.#fragments) at = this.#follow(bytes, at, length, nowUs)
      if (at === length) return
      if (this.#matched > 0) {
        // It began like the entry at the cursor, and goes on otherwise.
        const begun = this.#audit.stream.bytesOf(this.#cursor).subarray(0, this.#matched)
        bytes = Buffer.concat([begun, bytes.subarray(at, length)])
        at = 0
        length = bytes.length
        this.#matched = 0
      }
      const next = this.#pass(bytes, at, length, nowUs)
      if (next === undefined) {
        this.#keep(bytes, at, length, nowUs)
        return
      }
      if (typeof next === 'number') at = next
      else {
        bytes = next
        at = 0
        length = bytes.length
      }
    }
  }

  /**
   * Passes one frame; returns up to where, or all that is to be read instead. Undefined while it
   * has not come whole, or cannot be placed yet.
   */
  #pass(bytes: Buffer, at: number, length: number, nowUs: number): number | Buffer | undefined {
    if (!readExtent(bytes, at, length, extent)) return undefined
    const { payloadStart, end } = extent
    const isSound = isSoundHeader(bytes, at)
    if (!isSound && this.#isAfterDamage) {
      if (length < payloadStart + OPENING.length) return undefined
      this.#isAdrift = !beginsText(bytes, payloadStart)
    }
    this.#isAfterDamage = false
    if (this.#isAdrift) return at
    if (end > length) {
      const next = findFrameStart(bytes, payloadStart, length)
      if (next < 0) return undefined
      // Others have begun within it, so it is not as long as it says.
      this.#noteDamage(bytes, payloadStart, next)
      return next
    }
    if (!isSound) {
      this.#noteDamage(bytes, payloadStart, end)
      return this.#passDamaged(bytes, payloadStart, end, length)
    }
    const first = bytes[at]!
    if (this.#fragments && first < CONTROL && !continuesFragments(first)) {
      this.#noteDamage(this.#fragments.payload)
      this.#fragments = undefined
      return at
    }
    if (beginsFragments(first)) this.#fragments = new Fragments(first)
    if (this.#fragments && first < CONTROL) {
      const whole = this.#fragments.add(first, bytes.subarray(payloadStart, end))
      if (!whole) return end
      this.#fragments = undefined
      return Buffer.concat([whole, bytes.subarray(end, length)])
    }
    const { corrupt } = this.#audit.counts
    if (this.#takeOther(bytes, { at, payloadStart, end }, nowUs)) {
      const isDamaged = this.#audit.counts.corrupt > corrupt
      return isDamaged ? this.#passDamaged(bytes, payloadStart, end, length) : end
    }
    this.#isWaiting = true
    this.#audit.await(this)
    return undefined
  }

  /** Takes note of a frame that cannot be read, and of which these bytes are left. */
  #noteDamage(bytes: Buffer, from = 0, to = bytes.length): void {
    this.#audit.counts.corrupt += 1
    if (mayBeDurable(bytes.toString('latin1', from, to))) this.#offsets.unreadable += 1
  }

  /** Passes a frame that could not be read; its length may be wrong, too. */
  #passDamaged(bytes: Buffer, payloadStart: number, end: number, length: number): number {
    const next = findFrameStart(bytes, payloadStart, length)
    if (next >= 0 && next < end) return next
    this.#isAfterDamage = true
    return end
  }

  /** Looks for where the next frame begins; returns that, or `length` when it has not come yet. */
  #drift(bytes: Buffer, at: number, length: number, nowUs: number): number {
    const next = findFrameStart(bytes, at, length)
    this.#isAdrift = next < 0
    if (next >= 0) return next
    this.#keep(bytes, Math.max(at, length - UNDECIDED_BYTES), length, nowUs)
    return length
  }

  #keep(bytes: Buffer, at: number, length: number, nowUs: number): void {
    this.#carry = Buffer.from(bytes.subarray(at, length))
    this.#carryUs = nowUs
  }

  /** Goes along the stream as far as the bytes are the same; returns up to where they are. */
  #follow(bytes: Buffer, from: number, length: number, nowUs: number): number {
    const { stream } = this.#audit
    let at = from
    while (at < length && this.#cursor >= 0 && this.#cursor < stream.end) {
      const block = stream.blockOf(this.#cursor)
      if (block.crcs) return at
      const place = stream.placeOf(this.#cursor)
      const start = block.starts[place]! + this.#matched
      let count = Math.min(length - at, block.starts[block.count]! - start)
      if (block.bytes.compare(bytes, at, at + count, start, start + count) !== 0) {
        count = sameFrames(block, place, start, bytes, at, count)
        if (count === 0) return at
      }
      at += count
      const to = start + count
      let next = place
      while (next < block.count && block.starts[next + 1]! <= to) next += 1
      this.#takeRun(block, place, next, nowUs)
      this.#cursor += next - place
      this.#matched = next < block.count ? to - block.starts[next]! : 0
    }
    return at
  }

  /** Takes in entries of the stream that came as they stand there. */
  #takeRun(block: Block, from: number, to: number, nowUs: number): void {
    const { counts } = this.#audit
    const offsets = this.#offsets
    for (let place = from; place < to; place++) {
      const kind = block.kinds[place]!
      if (kind <= ENTRY.other) {
        const offset = block.offsets[place]!
        if (offset === offsets.next) offsets.next += 1
        else if (!offsets.arrive(offset)) continue
      }
      block.receivers[place]! += 1
      if (kind <= ENTRY.foreign) counts.recorded += 1
      if (kind <= ENTRY.unrecorded) counts.delivered += 1
      else if (isPresence(kind) && this.roster?.isPlain === false)
        this.roster.follow(block.users[place]!)
      if (this.isTimed) this.#time(block, place, nowUs)
    }
  }

  #time(block: Block, place: number, nowUs: number): void {
    const { delivery, presence, isRecording } = this.#audit
    if (block.firstUs[place] === 0) block.firstUs[place] = nowUs
    block.lastUs[place] = nowUs
    const kind = block.kinds[place]!
    const dueUs = block.dueUs[place]!
    if (kind === ENTRY.timed) delivery.record(nowUs - dueUs)
    else if (isPresence(kind) && dueUs > 0 && isRecording) presence.record(nowUs - dueUs)
  }

  /** Takes in a frame that is not the one at the cursor; false when it cannot be placed yet. */
  #takeOther(
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
    this.#passOwn()
    if (this.#takeExpected(bytes, at, end, nowUs)) return true
    if (bytes[at] !== TEXT) {
      this.#noteDamage(bytes, payloadStart, end)
      return true
    }
    const head = bytes.toString('latin1', payloadStart, Math.min(end, payloadStart + 60))
    const [, type, userId] =
      /^\{"type":"([A-Z_]+)"(?:,"userId":(\d+),"timestamp")?/.exec(head) ?? []
    if (userId !== undefined && (type === 'USER_ONLINE' || type === 'USER_OFFLINE'))
      return this.#takePresence(bytes, at, end, {
        user: this.#audit.population.indexOf(Number(userId)),
        isOnline: type === 'USER_ONLINE',
        nowUs,
      })
    if (type === 'CONNECTION_ESTABLISHED' && this.#greet(bytes, payloadStart, end)) return true
    const parsed = parseFrame(bytes, payloadStart, end)
    if (parsed === undefined) {
      this.#noteDamage(bytes, payloadStart, end)
      return true
    }
    const offset = parsed.payload?.offset ?? parsed.offset
    if (isDurable(parsed) && offset !== undefined)
      return this.#takeDurable(bytes, at, end, { parsed, offset, nowUs })
    if (EPHEMERAL.has(parsed.type)) this.#takeEphemeral(bytes, at, end, nowUs)
    else this.#takePrivate(parsed, nowUs)
    return true
  }

  /** Passes what is told of its own user, which is told to everyone else. */
  #passOwn(): void {
    const { stream } = this.#audit
    while (this.#cursor >= 0 && this.#cursor < stream.end) {
      const users = stream.blockOf(this.#cursor).users
      if (users[stream.placeOf(this.#cursor)] !== this.#user) return
      this.#cursor += 1
    }
  }

  /** Takes in the durable event that must come next, if the frame is that, byte by byte. */
  #takeExpected(bytes: Buffer, at: number, end: number, nowUs: number): boolean {
    const { stream, aside } = this.#audit
    const index = stream.find(this.#offsets.next)
    if (index >= 0) {
      if (!stream.isSame(index, bytes, at, end)) return false
      this.#takeEntry(index, nowUs)
      return true
    }
    const other = aside.find(this.#offsets.next)
    if (other < 0 || !aside.isSame(other, bytes, at, end)) return false
    this.#takeAside(other, nowUs)
    return true
  }

  #takeEntry(index: number, nowUs: number): void {
    const { stream } = this.#audit
    const place = stream.placeOf(index)
    this.#takeRun(stream.blockOf(index), place, place + 1, nowUs)
    if (!this.#isReplaying || index >= this.#cursor) this.#moveTo(index + 1)
  }

  #takeAside(index: number, nowUs: number): void {
    const place = this.#audit.aside.placeOf(index)
    this.#takeRun(this.#audit.aside.blockOf(index), place, place + 1, nowUs)
  }

  /** Moves the cursor on; what lies between was not sent, or was when it was not here yet. */
  #moveTo(index: number): void {
    if (this.#cursor >= 0 && index <= this.#cursor) return
    // While it is sent what it missed, who came and went meanwhile is in its greeting.
    if (this.#isReplaying) return
    if (this.#cursor < 0) {
      this.#audit.placed += 1
      if (this.roster) this.roster.since = index - 1
    } else this.roster?.skip(this.#audit.stream, this.#cursor, index - 1)
    this.#cursor = index
    this.#matched = 0
  }

  #takePresence(
    bytes: Buffer,
    at: number,
    end: number,
    { user, isOnline, nowUs }: { user: number; isOnline: boolean; nowUs: number },
  ): boolean {
    if (user < 0) return true
    const { stream, reports } = this.#audit
    const index = this.#findPresence(bytes, at, end, user)
    if (index >= 0) {
      if (this.#cursor < 0 || index >= this.#cursor) {
        this.#takeEntry(index, nowUs)
        // It has no place in the stream to follow it from.
        if (this.#isReplaying) this.roster?.tell(user, isOnline)
      } else {
        stream.blockOf(index).receivers[stream.placeOf(index)]! += 1
        this.roster?.tell(user, isOnline)
      }
      return true
    }
    if (this.#mayLead() && (this.#cursor < 0 || !this.#isKnown(user, isOnline))) {
      this.#lead(bytes, at, end, reports.judge(user, isOnline), nowUs)
      return true
    }
    if (this.#cursor < 0 && !this.#isReplaying) return false
    // What others were told long ago is late, and nothing else.
    const isLate = !isOnline && this.#findPresence(bytes, at, end, user, stream.end) >= 0
    if (!isLate) reports.judgeLone(user, isOnline)
    this.roster?.tell(user, isOnline)
    return true
  }

  /** The index of a frame that tells of a user, among its newest ones; -1 when it is none of them. */
  #findPresence(bytes: Buffer, at: number, end: number, user: number, tries = LOOK_BACK): number {
    const { stream } = this.#audit
    let index = stream.newestOf(user)
    for (let left = tries; left > 0 && index >= 0; left--) {
      if (stream.isSame(index, bytes, at, end)) return index
      index = stream.blockOf(index).previous[stream.placeOf(index)]!
    }
    return -1
  }

  /**
   * Whether the stream says so already: then it is the last status of a user, told to a connection
   * that lagged.
   */
  #isKnown(user: number, isOnline: boolean): boolean {
    const { stream } = this.#audit
    const index = stream.newestOf(user)
    if (index < 0) return false
    return (stream.blockOf(index).kinds[stream.placeOf(index)] === ENTRY.online) === isOnline
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
      else if (known === aside) this.#takeAside(index, nowUs)
      else this.#takeEntry(index, nowUs)
      return true
    }
    const entry = this.#audit.judge(parsed, offset)
    if (entry === 'corrupt') {
      counts.corrupt += 1
      this.#offsets.excuse(offset)
      return true
    }
    if (this.#isMisplaced(parsed, offset)) {
      counts.corrupt += 1
      this.#offsets.unreadable += 1
      return true
    }
    if (offset < stream.lastOffset) {
      this.#takeAside(aside.append(bytes, at, end, entry), nowUs)
      return true
    }
    if (this.#cursor < 0 && !this.#audit.isImpatient(this)) return false
    if (this.#offsets.isAhead(offset) && !this.#audit.hasWaited(this)) return false
    this.#lead(bytes, at, end, entry, nowUs)
    return true
  }

  /** Whether a frame whose offset nobody knows cannot have that offset. */
  #isMisplaced(parsed: PrivateFrame, offset: number): boolean {
    if (this.#offsets.isPast(offset)) return true
    const { stream, aside } = this.#audit
    const { next } = this.#offsets
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
      this.#offsets.excuse(offset)
    } else if (isSameMessage(parsed, known.bytesOf(index)) === false) {
      // It is another message, of which the offset is wrong.
      this.#audit.counts.corrupt += 1
      this.#offsets.unreadable += 1
    } else {
      this.#audit.noteVariant(offset, bytes)
      this.#offsets.arrive(offset)
    }
  }

  #takeEphemeral(bytes: Buffer, at: number, end: number, nowUs: number): void {
    const { stream } = this.#audit
    if (this.#cursor < 0) return
    const until = Math.min(stream.end, this.#cursor + LOOK_AHEAD)
    for (let index = this.#cursor; index < until; index++)
      if (stream.isSame(index, bytes, at, end)) {
        this.#takeEntry(index, nowUs)
        return
      }
    if (this.#cursor === stream.end) this.#lead(bytes, at, end, { kind: ENTRY.ephemeral }, nowUs)
  }

  /** Whether what it is sent now is what nobody was sent before. */
  #mayLead(): boolean {
    if (this.#cursor >= 0) return this.#cursor === this.#audit.stream.end
    return !this.#isReplaying && this.#audit.isImpatient(this)
  }

  /** Puts a frame at the end of the stream, and goes there. */
  #lead(bytes: Buffer, at: number, end: number, entry: NewEntry, nowUs: number): void {
    this.#takeEntry(this.#audit.stream.append(bytes, at, end, entry), nowUs)
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
    this.roster = new Roster(snapshot, stream.end)
    if (!this.#isReplaying) this.#offsets.next = Number(frame.offset) + 1
    this.#hooks.onGreeting(frame)
    return true
  }

  #takePrivate(frame: PrivateFrame, nowUs: number): void {
    const isEndOfReplay = frame.type === 'RESUMED' || frame.type === 'RESUME_FAILED'
    if (ANSWERS.has(frame.type) || (isEndOfReplay && !this.#isReplaying)) {
      this.#audit.counts.misrouted += 1
      return
    }
    if (isEndOfReplay) this.#isReplaying = false
    if (frame.type === 'RESUME_FAILED') {
      this.#audit.counts.resumeFailed += Math.max(0, Number(frame.offset) - this.#offsets.last)
      this.#offsets.next = Number(frame.offset) + 1
    }
    this.#hooks.onPrivate(frame, nowUs)
  }

  #leavePlace(): void {
    if (this.#cursor >= 0) this.#audit.placed -= 1
    this.#cursor = -1
    this.#matched = 0
    this.#carry = undefined
    this.#fragments = undefined
    this.#isAdrift = false
    this.#isAfterDamage = false
    this.#isWaiting = false
  }
}

function isPresence(kind: number): boolean {
  return kind === ENTRY.online || kind === ENTRY.offline
}
