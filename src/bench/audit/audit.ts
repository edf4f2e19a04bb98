import { Histogram } from '../metrics/histogram.ts'
import type { Population } from '../schedule/population.ts'
import type { ChatLedger } from './chat-ledger.ts'
import { KnownStream } from './known-stream.ts'
import type { ParsedFrame } from './parsed-frame.ts'
import type { Part } from './part.ts'
import { PresenceReports } from './presence-reports.ts'
import type { OnlineList } from './roster.ts'
import type { UserLedger } from './user-ledger.ts'
import { type StreamVersions, Variants, versionsOf } from './versions.ts'
import { WaitingList } from './waiting-list.ts'

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
  /** Typing and receipts of chats that the connection's user was never in. */
  leaked: number
}

/** What all connections of one generator know together, and what was found wrong with each. */
export class Audit {
  readonly stream: KnownStream
  /** Durable events that the first connection to come by did not get in their order. */
  readonly aside: KnownStream
  /** Names this process; only its messages are timed. */
  readonly origin: string
  readonly waiting = new WaitingList()
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
    leaked: 0,
  }
  /** Where chats have members: who may read what; otherwise everyone is sent all. */
  readonly chats: ChatLedger | undefined
  /** Of connections that left, what they were sent of their chats: judged once all is known. */
  readonly finished: Part[] = []
  /** Receivers that have a place in the stream. */
  placed = 0
  /** Whether what happens now counts in the figures. */
  isRecording = true
  /** The newest message of each chat: `chat` or `support`, and the chat's id → the message's id. */
  readonly newestMessages = new Map<string, number>()
  newestMessage:
    | { readonly key: 'message_id' | 'support_message_id'; readonly id: number }
    | undefined
  readonly #variants = new Variants()
  #onlineList: { readonly bytes: Buffer; readonly list: OnlineList } | undefined

  constructor(population: Population, users: UserLedger, origin: string, chats?: ChatLedger) {
    this.population = population
    this.users = users
    this.origin = origin
    this.chats = chats
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

  /** Takes note of a durable frame that is not as it is known, and may be the right one. */
  noteVariant(offset: number, bytes: Buffer): void {
    this.#variants.add(offset, bytes)
  }

  /** How durable frames were sent, by offset. */
  versions(): StreamVersions {
    return versionsOf([this.stream, this.aside], this.#variants)
  }

  /** The list of who is online, as bytes of JSON: parsed only when it differs from the last one. */
  onlineListOf(bytes: Buffer): OnlineList {
    if (this.#onlineList?.bytes.equals(bytes)) return this.#onlineList.list
    const isOnline = new Uint8Array(this.population.size)
    for (const userId of JSON.parse(bytes.toString()) as number[]) {
      const user = this.population.indexOf(userId)
      if (user >= 0) isOnline[user] = 1
    }
    const list = { isOnline }
    this.#onlineList = { bytes: Buffer.from(bytes), list }
    return list
  }

  /** Takes note of a message that is as its sender wrote it. */
  noteMessage({ id, chat_id, support_chat_id }: NonNullable<ParsedFrame['payload']>): void {
    const isChat = chat_id !== undefined
    this.newestMessages.set(isChat ? `chat${chat_id}` : `support${support_chat_id}`, id)
    this.newestMessage = { key: isChat ? 'message_id' : 'support_message_id', id }
  }
}
