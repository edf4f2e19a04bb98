import { setTimeout as sleep } from 'node:timers/promises'
import type { Chat } from '../../protocol/chat.ts'
import type { ChatwsError } from '../../protocol/error.ts'
import { errorFrame } from '../../protocol/error-frame.ts'
import type { Ack } from '../../protocol/server-frames.ts'
import type { LogEntry, NewEntry } from '../../storage/entries.ts'
import type { Outcome, Refused, Store } from '../../storage/store.ts'
import type { Access } from '../access/access.ts'
import { keysOf, NOBODY, type Place } from '../frames/audience.ts'
import { encodeEntry } from '../frames/encode-entry.ts'
import { entryFrame } from '../frames/entry-frame.ts'
import { membersPlaceOf } from '../frames/place-of-entry.ts'
import type { PageCache } from '../log/page-cache.ts'
import type { CommitListener } from '../log/writer.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import type { Connection } from './connection.ts'
import type { FanOut } from './fan-out.ts'
import type { Responder } from './responder.ts'
import { Submission } from './submission.ts'

/** Entries of others that are read at once, and the pause before that is tried again. */
const CATCH_UP_PAGE = 256
const CATCH_UP_PAUSE_MS = 100

const NOTHING = Buffer.alloc(0)

export interface BroadcasterParts {
  readonly store: Pick<Store, 'readAfter'>
  readonly fanOut: FanOut
  readonly responder: Responder
  readonly pages: PageCache
  readonly serverLog: ServerLog
  readonly users: { readonly userCount: number }
  readonly writers: WriterListener
  readonly access: Access
  /** Hears of each entry, before it is told. */
  readonly listeners: readonly EntryListener[]
}

/** Keeps up with the log. */
export interface EntryListener {
  apply(entry: LogEntry): void
}

/** Who waits to hear what became of an entry. */
export type Origin = Connection | Submission

/** Hears of each message that was stored here, right after it was sent to everyone. */
export interface WriterListener {
  noteWriter(userId: number, chat: Chat): void
}

/** Tells everyone what was stored, in the order of offsets, and each sender what became of it. */
export class Broadcaster implements CommitListener<Origin> {
  readonly #parts: BroadcasterParts
  #offset: number
  #stored = 0
  /** Whether what was stored here is being told, and what others stored. */
  #isTelling = false
  #following: Promise<void> | undefined

  /** @param offset the newest offset in the store */
  constructor(parts: BroadcasterParts, offset: number) {
    this.#parts = parts
    this.#offset = offset
  }

  /** The newest offset that was handed to the fan-out. */
  get offset(): number {
    return this.#offset
  }

  /** Entries that were stored here. */
  get stored(): number {
    return this.#stored
  }

  async onCommitted(outcomes: readonly Outcome[], senders: readonly Origin[]): Promise<void> {
    if (this.#following) await this.#following
    this.#isTelling = true
    try {
      await this.#tell(outcomes, senders)
    } finally {
      this.#isTelling = false
    }
  }

  /** Tells what others stored, up to an offset; whatever is told already, or just now, is not told again. */
  async follow(offset: number): Promise<void> {
    if (this.#isTelling || this.#following || offset <= this.#offset) return
    this.#following = this.#catchUp(offset).finally(() => {
      this.#following = undefined
    })
    await this.#following
  }

  async #tell(outcomes: readonly Outcome[], senders: readonly Origin[]): Promise<void> {
    for (const [i, outcome] of outcomes.entries()) {
      const sender = senders[i]!
      if ('refused' in outcome) {
        this.#refuse(outcome, sender)
        continue
      }
      const { entry, repeated } = outcome
      const known = repeated ? entry.offset : entry.offset - 1
      if (known > this.#offset) await this.#catchUp(known)
      if (!repeated) {
        // It may have been told with what others stored before it.
        if (entry.offset > this.#offset) this.#broadcast(entry)
        this.#noteStored(entry)
      }
      if (sender instanceof Submission) sender.settle(outcome)
      else if (entry.clientId !== undefined)
        this.#parts.responder.reply(sender, ackOf(entry, entry.clientId))
    }
  }

  onFailed(entries: readonly NewEntry[], senders: readonly Origin[], error: ChatwsError): void {
    this.#parts.serverLog.failure(`${entries.length} messages were not stored`, error)
    for (const [i, entry] of entries.entries()) {
      const sender = senders[i]!
      if (sender instanceof Submission) {
        sender.fail(error)
        continue
      }
      // What has a name may be sent again even if it was stored after all.
      const mayRetry = error.code === 'STORAGE_UNAVAILABLE' || entry.clientId !== undefined
      const code = error.retryable && mayRetry ? 'STORAGE_UNAVAILABLE' : 'INTERNAL'
      const frame = errorFrame(code, error.message, { ref: entry.clientId })
      this.#parts.responder.reply(sender, frame)
    }
  }

  #refuse(outcome: Refused, sender: Origin): void {
    if (sender instanceof Submission) {
      sender.settle(outcome)
      return
    }
    const { refused, reason, clientId: ref, retryAfterMs } = outcome
    this.#parts.responder.reply(sender, errorFrame(refused, reason, { ref, retryAfterMs }))
  }

  /**
   * Broadcasts what others stored in the same database, up to an offset, so that the tail has no
   * hole. Does not give up: what is stored here already must not be told before it.
   */
  async #catchUp(until: number): Promise<void> {
    const { store, serverLog } = this.#parts
    while (this.#offset < until) {
      try {
        const end = Math.min(until, this.#offset + CATCH_UP_PAGE)
        const entries = await store.readAfter(this.#offset, CATCH_UP_PAGE)
        for (const entry of entries) {
          if (entry.offset > end) break
          this.#skipTo(entry.offset - 1)
          this.#broadcast(entry)
        }
        // What is read ends sooner where messages are long: only what nothing follows is gone.
        if (entries.length === 0 || entries.at(-1)!.offset > end) this.#skipTo(end)
      } catch (error) {
        serverLog.failure('What others stored could not be read', error)
        await sleep(CATCH_UP_PAUSE_MS)
      }
    }
  }

  /** Passes over entries that were deleted meanwhile, so that those after them keep their offsets. */
  #skipTo(offset: number): void {
    for (; this.#offset < offset; this.#offset++) this.#parts.fanOut.broadcast(NOTHING, NOBODY)
  }

  #noteStored({ type, senderId, kind, chatId }: LogEntry): void {
    this.#stored += 1
    if (type === 'message') this.#parts.writers.noteWriter(senderId, { kind, id: chatId })
  }

  /** How many users here a message is for. */
  #countReaders(place: Place): number {
    const { access, fanOut, users } = this.#parts
    if (access.mode === 'open' || place === undefined) return users.userCount
    const readers = new Set<number>()
    for (const key of keysOf(place))
      for (const { userId, filter } of fanOut.withKey(key))
        if (filter?.passes(place)) readers.add(userId)
    return readers.size
  }

  /** Sends the entry with the next offset to everyone. */
  #broadcast(entry: LogEntry): void {
    const { access, fanOut, listeners, pages, serverLog } = this.#parts
    access.apply(entry)
    for (const listener of listeners) listener.apply(entry)
    const place = access.placeOf(entry)
    fanOut.broadcast(encodeEntry(entry, place), place)
    if (place === NOBODY) this.#tellOwners(entry)
    this.#offset = entry.offset
    if (entry.type === 'message')
      serverLog.messageStored(entry.kind, entry.id, () => this.#countReaders(place))
    if (entry.type === 'deletion') fanOut.noteDeleted(entry.aboutOffset)
    // Pages that were read before hold what the message said until now.
    if (entry.type === 'edit' || entry.type === 'deletion') pages.forget()
  }

  /** Tells what is for single users, where all others follow one stream: nothing of it may stand there. */
  #tellOwners(entry: LogEntry): void {
    const place = membersPlaceOf(entry)
    const frame = entryFrame(entry)
    if (place === NOBODY || !frame) return
    for (const connection of this.#parts.fanOut.connections)
      if (place.users?.includes(connection.userId) || (place.isForModerators && connection.isAdmin))
        this.#parts.responder.reply(connection, frame)
  }
}

function ackOf({ id, offset, createdAt }: LogEntry, clientId: string): Ack {
  return { type: 'ACK', client_id: clientId, id, offset, created_at: createdAt }
}
