import { nowUs } from '../clock.ts'
import { Histogram } from '../metrics/histogram.ts'
import type { Population } from '../schedule/population.ts'
import { ENTRY, type NewEntry } from './block.ts'
import { KnownStream } from './known-stream.ts'
import { type Envelope, readMark } from './message-mark.ts'
import { PresenceReports } from './presence-reports.ts'
import type { Receiver } from './receiver.ts'
import type { Snapshot } from './roster.ts'
import type { UserLedger } from './user-ledger.ts'
import { type StreamVersions, Variants, versionsOf } from './versions.ts'

/**
 * How long frames of a connection wait to be found in the stream, and how often that must have been
 * tried: all sockets are read between two tries, which a process that was held up has yet to do.
 */
const PATIENCE_US = 200_000
const PATIENCE_TRIES = 20
const RETRY_MS = 5

/** What was counted over all connections of one generator. */
export interface AuditCounts {
  /** Messages of load tests that reached a connection, each once. */
  delivered: number
  /** The same without those of warm-ups. */
  recorded: number
  duplicate: number
  reordered: number
  /** Frames that are wrong by themselves, whatever others had. */
  corrupt: number
  misrouted: number
  /** Frames that cannot be judged, because they were under way when a connection was left. */
  ambiguous: number
  /** Of connections that are closed: what they should have had. */
  missing: number
  /** Durable events lost at a RESUME_FAILED. */
  resumeFailed: number
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
  readonly reports: PresenceReports
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
  readonly #variants = new Variants()
  /** Receivers whose frames are not found in the stream yet. */
  readonly #waiting = new Map<Receiver, { readonly sinceUs: number; tries: number }>()
  #isRetryPlanned = false
  #snapshot: { readonly bytes: Buffer; readonly snapshot: Snapshot } | undefined

  /** @param clock names this process; only its messages are timed */
  constructor(population: Population, users: UserLedger, clock: string) {
    this.population = population
    this.users = users
    this.#clock = clock
    this.stream = new KnownStream(population.size)
    this.aside = new KnownStream(0)
    this.reports = new PresenceReports(users, this.stream, population.size)
  }

  /**
   * A connection was greeted. When nobody was left, who came and went before it is not known: what
   * is told of them now is new.
   */
  noteGreeting(): void {
    if (this.placed === 0) this.stream.forgetPresence()
  }

  /** What a durable frame is; `corrupt` when it is not as its sender wrote it. */
  judge({ type, payload }: DurableFrame, offset: number): NewEntry | 'corrupt' {
    if (typeof payload?.content !== 'string' || !isMessage(type))
      return { kind: ENTRY.other, offset }
    const mark = readMark(payload)
    if (mark === 'corrupt') return 'corrupt'
    this.#noteMessage(payload)
    if (mark === 'foreign') return { kind: ENTRY.other, offset }
    const { clock, generator, serial, dueUs, isRecorded } = mark
    const isOwn = clock === this.#clock
    const kind = isOwn ? ENTRY.timed : ENTRY.foreign
    return {
      kind: isRecorded ? kind : ENTRY.unrecorded,
      offset,
      dueUs,
      ...(isOwn ? { message: { generator, serial, id: payload.id } } : {}),
    }
  }

  /** Whether a durable frame is not as its sender wrote it. */
  isCorrupt({ type, payload }: DurableFrame): boolean {
    return payload !== undefined && isMessage(type) && readMark(payload) === 'corrupt'
  }

  /** Takes note of a durable frame that is not as it is known, and may be the right one. */
  noteVariant(offset: number, bytes: Buffer): void {
    this.#variants.add(offset, bytes)
  }

  /** How durable frames were sent, by offset. */
  versions(): StreamVersions {
    return versionsOf([this.stream, this.aside], this.#variants)
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
    if (!this.#waiting.has(receiver)) this.#waiting.set(receiver, { sinceUs: nowUs(), tries: 0 })
    if (this.#isRetryPlanned) return
    this.#isRetryPlanned = true
    setImmediate(() => this.#retry())
  }

  /** Whether a receiver that has no place may go ahead by itself. */
  isImpatient(receiver: Receiver): boolean {
    return this.placed === 0 || this.hasWaited(receiver)
  }

  /** Whether others had the time to bring what a receiver cannot place. */
  hasWaited(receiver: Receiver): boolean {
    const wait = this.#waiting.get(receiver)
    if (wait === undefined || wait.tries < PATIENCE_TRIES) return false
    return nowUs() - wait.sinceUs > PATIENCE_US
  }

  #retry(): void {
    for (const [receiver, wait] of [...this.#waiting]) {
      wait.tries += 1
      if (receiver.retry()) this.#waiting.delete(receiver)
    }
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
  readonly payload?: Envelope & {
    readonly id: number
    readonly offset?: number
    readonly content?: string
  }
}

function isMessage(type: string): boolean {
  return type === 'MESSAGE' || type === 'SUPPORT_MESSAGE'
}
