import { setTimeout as sleep } from 'node:timers/promises'
import { type Chat, chatKey } from '../../protocol/chat.ts'
import type { ChatwsError } from '../../protocol/error.ts'
import { errorFrame } from '../../protocol/error-frame.ts'
import type { Ack } from '../../protocol/server-frames.ts'
import type { LogEntry, NewEntry } from '../../storage/entries.ts'
import type { Outcome, Store } from '../../storage/store.ts'
import { encodeFrame } from '../frames/encode-frame.ts'
import { entryFrame } from '../frames/entry-frame.ts'
import type { PageCache } from '../log/page-cache.ts'
import type { CommitListener } from '../log/writer.ts'
import type { ServerLog } from '../telemetry/server-log.ts'
import type { Connection } from './connection.ts'
import type { FanOut } from './fan-out.ts'
import type { Responder } from './responder.ts'

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
}

/** Hears of each message that was stored here, right after it was sent to everyone. */
export interface WriterListener {
  noteWriter(userId: number, chat: Chat): void
}

/** Tells everyone what was stored, in the order of offsets, and each sender what became of it. */
export class Broadcaster implements CommitListener<Connection> {
  readonly #parts: BroadcasterParts
  #offset: number
  #stored = 0

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

  async onCommitted(outcomes: readonly Outcome[], senders: readonly Connection[]): Promise<void> {
    for (const [i, outcome] of outcomes.entries()) {
      const sender = senders[i]!
      if ('refused' in outcome) {
        const { refused, reason, clientId: ref } = outcome
        this.#parts.responder.reply(sender, errorFrame(refused, reason, { ref }))
        continue
      }
      const { entry, repeated } = outcome
      const known = repeated ? entry.offset : entry.offset - 1
      if (known > this.#offset) await this.#catchUp(known)
      if (!repeated) {
        this.#broadcast(entry)
        this.#noteStored(entry)
      }
      if (entry.clientId !== undefined)
        this.#parts.responder.reply(sender, ackOf(entry, entry.clientId))
    }
  }

  onFailed(entries: readonly NewEntry[], senders: readonly Connection[], error: ChatwsError): void {
    this.#parts.serverLog.failure(`${entries.length} messages were not stored`, error)
    for (const [i, entry] of entries.entries()) {
      // What has a name may be sent again even if it was stored after all.
      const mayRetry = error.code === 'STORAGE_UNAVAILABLE' || entry.clientId !== undefined
      const code = error.retryable && mayRetry ? 'STORAGE_UNAVAILABLE' : 'INTERNAL'
      const frame = errorFrame(code, error.message, { ref: entry.clientId })
      this.#parts.responder.reply(senders[i]!, frame)
    }
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
    for (; this.#offset < offset; this.#offset++) this.#parts.fanOut.broadcast(NOTHING, '')
  }

  #noteStored({ type, senderId, kind, chatId }: LogEntry): void {
    this.#stored += 1
    if (type === 'message') this.#parts.writers.noteWriter(senderId, { kind, id: chatId })
  }

  /** Sends the entry with the next offset to everyone. */
  #broadcast(entry: LogEntry): void {
    const { fanOut, pages, serverLog, users } = this.#parts
    fanOut.broadcast(encodeFrame(entryFrame(entry)), chatKey(entry.kind, entry.chatId))
    this.#offset = entry.offset
    if (entry.type === 'message') serverLog.messageStored(entry.kind, entry.id, users.userCount)
    // Pages that were read before hold what the message said until now.
    if (entry.type === 'edit' || entry.type === 'deletion') pages.forget()
  }
}

function ackOf({ id, offset, createdAt }: LogEntry, clientId: string): Ack {
  return { type: 'ACK', client_id: clientId, id, offset, created_at: createdAt }
}
