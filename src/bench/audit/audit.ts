import { nowUs } from '../clock.ts'
import { Histogram } from '../metrics/histogram.ts'
import type { Population } from '../plan/population.ts'
import { ENTRY, KnownStream, type NewEntry } from './known-stream.ts'
import { readContent } from './message-mark.ts'
import type { Receiver } from './receiver.ts'
import type { Snapshot } from './roster.ts'
import type { UserLedger } from './user-ledger.ts'

/** How long frames of a connection wait to be found in the stream, and how often that is tried. */
const PATIENCE_US = 200_000
const RETRY_MS = 5

/** What was counted over all connections of one generator. */
export interface AuditCounts {
  /** Messages of load tests that reached a connection, each once. */
  delivered: number
  /** The same without those of warm-ups. */
  recorded: number
  duplicate: number
  reordered: number
  corrupt: number
  misrouted: number
  /** Frames that cannot be judged, because they were under way when a connection was left. */
  ambiguous: number
  /** Of connections that are closed: what they should have had. */
  missing: number
  /** Durable events lost at a RESUME_FAILED. */
  resumeFailed: number
  flaps: number
}

/** Frames with an offset that differ from how most connections had them. */
interface Variants {
  readonly frames: { readonly bytes: Buffer; count: number }[]
}

/** What all connections of one generator know together, and what was found wrong with each. */
export class Audit {
  readonly stream: KnownStream
  /** Durable events that the first connection to come by did not get in their order. */
  readonly aside: KnownStream
  readonly population: Population
  readonly users: UserLedger
  readonly delivery = new Histogram()
  readonly presence = new Histogram()
  readonly counts: AuditCounts = {
    delivered: 0,
    recorded: 0,
    duplicate: 0,
    reordered: 0,
    corrupt: 0,
    misrouted: 0,
    ambiguous: 0,
    missing: 0,
    resumeFailed: 0,
    flaps: 0,
  }
  /** Receivers that have a place in the stream. */
  placed = 0
  /** Whether what happens now counts in the figures. */
  isRecording = true
  /** The newest message of each chat: `chat` or `support`, and the chat's id → the message's id. */
  readonly newestMessages = new Map<string, number>()
  newestMessage:
    | { readonly key: 'message_id' | 'support_message_id'; readonly id: number }
    | undefined
  readonly #clock: string
  readonly #variants = new Map<number, Variants>()
  /** User → how often it was reported offline. */
  readonly #offlines: Int32Array
  /** Entries, and single reports, of users that did not seem to have left. */
  readonly #suspects: { readonly user: number; readonly index: number }[] = []
  readonly #isSuspected: Uint8Array
  /** Receivers whose frames are not found in the stream yet → since when. */
  readonly #waiting = new Map<Receiver, number>()
  #isRetryPlanned = false
  #snapshot: { readonly bytes: Buffer; readonly snapshot: Snapshot } | undefined

  /** @param clock names this process; only its messages are timed */
  constructor(population: Population, users: UserLedger, clock: string) {
    this.population = population
    this.users = users
    this.#clock = clock
    this.stream = new KnownStream(population.size)
    this.aside = new KnownStream(0)
    this.#offlines = new Int32Array(population.size)
    this.#isSuspected = new Uint8Array(population.size)
  }

  /**
   * A connection was greeted. When nobody was left, who came and went before it is not known: what
   * is told of them now is new.
   */
  noteGreeting(): void {
    if (this.placed === 0) this.stream.forgetPresence()
  }

  /** What a durable frame is; `corrupt` when its content is not what was sent. */
  judge(frame: DurableFrame, offset: number): NewEntry | 'corrupt' {
    const payload = frame.payload
    if (typeof payload?.content !== 'string' || !isMessage(frame.type))
      return { kind: ENTRY.other, offset }
    const mark = readContent(payload.content)
    if (mark === 'corrupt') return 'corrupt'
    this.#noteMessage(payload)
    if (mark === 'foreign') return { kind: ENTRY.other, offset }
    const recorded = mark.clock === this.#clock ? ENTRY.timed : ENTRY.foreign
    return { kind: mark.isRecorded ? recorded : ENTRY.unrecorded, offset, dueUs: mark.dueUs }
  }

  /** Takes note of a presence frame that nobody had before. */
  judgePresence(user: number, isOnline: boolean): NewEntry {
    // Users of another machine come and go without this one knowing.
    if (!this.users.isKnown(user)) return { kind: isOnline ? ENTRY.online : ENTRY.offline, user }
    if (isOnline) {
      if (this.#isSuspected[user] === 1) this.counts.flaps += 1
      this.#isSuspected[user] = 0
      return { kind: ENTRY.online, user, dueUs: this.users.joinUs(user) }
    }
    this.#offlines[user]! += 1
    if (this.#offlines[user]! > this.users.leavesOf(user)) {
      this.#isSuspected[user] = 1
      this.#suspects.push({ user, index: this.stream.end })
    }
    return { kind: ENTRY.offline, user, dueUs: this.users.leaveUs(user) }
  }

  /** Takes note of what one connection alone was told of a user. */
  judgeLone(user: number, isOnline: boolean): void {
    if (isOnline) {
      if (this.#isSuspected[user] === 1) this.counts.flaps += 1
      this.#isSuspected[user] = 0
      return
    }
    if (!this.users.isKnown(user) || this.users.leavesOf(user) > 0) return
    this.#offlines[user]! += 1
    this.#isSuspected[user] = 1
    this.#suspects.push({ user, index: -1 })
  }

  /** Takes note of a durable frame that is not as it is known. */
  noteVariant(offset: number, bytes: Buffer): void {
    this.counts.corrupt += 1
    const variants = this.#variants.get(offset) ?? { frames: [] }
    this.#variants.set(offset, variants)
    const same = variants.frames.find((frame) => frame.bytes.equals(bytes))
    if (same) same.count += 1
    else variants.frames.push({ bytes: Buffer.from(bytes), count: 1 })
  }

  /** The list of who is online, as bytes of JSON: parsed only when it differs from the last one. */
  snapshotOf(bytes: Buffer): Snapshot {
    if (this.#snapshot?.bytes.equals(bytes)) return this.#snapshot.snapshot
    const isOnline = new Uint8Array(this.population.size)
    for (const userId of JSON.parse(bytes.toString()) as number[]) {
      const user = this.population.indexOf(userId)
      if (user >= 0) isOnline[user] = 1
    }
    const snapshot = { isOnline }
    this.#snapshot = { bytes: Buffer.from(bytes), snapshot }
    return snapshot
  }

  /**
   * Closes the books on a receiver that left. @param knownOffset the newest offset when it said so:
   * what it did not get of that was under way
   */
  settle(receiver: Receiver, knownOffset: number): void {
    const lastOffset = receiver.offsets.last
    this.counts.missing += receiver.offsets.missingUntil(lastOffset)
    if (lastOffset >= 0) this.counts.ambiguous += Math.max(0, knownOffset - lastOffset)
    receiver.end()
  }

  /** Lets a receiver try again once others had the time to bring what it cannot place. */
  await(receiver: Receiver): void {
    if (!this.#waiting.has(receiver)) this.#waiting.set(receiver, nowUs())
    if (this.#isRetryPlanned) return
    this.#isRetryPlanned = true
    setImmediate(() => this.#retry())
  }

  /** Whether a receiver has waited long enough to go ahead by itself. */
  isImpatient(receiver: Receiver): boolean {
    const sinceUs = this.#waiting.get(receiver)
    return this.placed === 0 || (sinceUs !== undefined && nowUs() - sinceUs > PATIENCE_US)
  }

  /** How often a user was reported offline to a connection although it had not left. */
  falseOfflines(): number {
    const counted = new Map<number, number>()
    let sum = 0
    for (const { user, index } of this.#suspects) {
      const already = counted.get(user) ?? 0
      // A leave that was noticed later than it was told of is none.
      if (this.#offlines[user]! - already <= this.users.leavesOf(user)) continue
      counted.set(user, already + 1)
      sum += index < 0 ? 1 : this.stream.blockOf(index).receivers[this.stream.placeOf(index)]!
    }
    return sum
  }

  /**
   * Corrupt frames, counted so that of several versions of a frame the one that most connections
   * had is right.
   */
  corruptFrames(): number {
    let corrupt = this.counts.corrupt
    for (const [offset, { frames }] of this.#variants) {
      const index = this.stream.find(offset)
      if (index < 0) continue
      const agreeing = this.stream.blockOf(index).receivers[this.stream.placeOf(index)]!
      const most = Math.max(...frames.map(({ count }) => count))
      if (most > agreeing) corrupt += agreeing - most
    }
    return corrupt
  }

  #retry(): void {
    for (const receiver of [...this.#waiting.keys()])
      if (receiver.retry()) this.#waiting.delete(receiver)
    this.#isRetryPlanned = this.#waiting.size > 0
    if (this.#isRetryPlanned) setTimeout(() => this.#retry(), RETRY_MS)
  }

  #noteMessage({ id, chat_id, support_chat_id }: NonNullable<DurableFrame['payload']>): void {
    const isChat = chat_id !== undefined
    this.newestMessages.set(isChat ? `chat${chat_id}` : `support${support_chat_id}`, id)
    this.newestMessage = { key: isChat ? 'message_id' : 'support_message_id', id }
  }
}

/** What is read of a durable frame before it is known to be one. */
export interface DurableFrame {
  readonly type: string
  readonly offset?: number
  readonly payload?: {
    readonly id: number
    readonly offset?: number
    readonly content?: string
    readonly chat_id?: number
    readonly support_chat_id?: number
  }
}

function isMessage(type: string): boolean {
  return type === 'MESSAGE' || type === 'SUPPORT_MESSAGE'
}
