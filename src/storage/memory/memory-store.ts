import { ChatwsError } from '../../protocol/error.ts'
import type { QueuedChat, SearchQuery } from '../conversation.ts'
import type { LogEntry, MessageEntry, NewEntry } from '../entries.ts'
import { Foremost } from '../foremost.ts'
import type { AgesRange, MessageAge } from '../message-ages.ts'
import { type Pruned, type PruneOptions, pruneLog } from '../prune-log.ts'
import { foundIn, hasWords, wordsOf } from '../search-text.ts'
import {
  CLIPPED_LENGTH,
  type FoundMessage,
  type HistoryEntry,
  type HistoryRange,
  type Outcome,
  type Store,
} from '../store.ts'
import { nextTurn } from '../turns.ts'
import { MemoryAccessRecords } from './access-records.ts'
import { MemoryChatCursors } from './chat-cursors.ts'
import { MemoryLastSeen } from './last-seen.ts'
import { MemoryLog } from './memory-log.ts'
import { mayRead } from './reading.ts'
import { MemoryUploads } from './uploads.ts'

/**
 * How much a search looks at before others have a turn: UTF-16 code units of text, of which each entry
 * counts as some more.
 */
const SEARCH_STEP = 128 * 1024
const ENTRY_LENGTH = 256

/** Support chats that are looked at before others have a turn. */
const QUEUE_STEP = 5_000

/** What the stores of one memory database share. */
export interface MemoryStoreParts {
  readonly log: MemoryLog
  readonly access: MemoryAccessRecords
  readonly cursors: MemoryChatCursors
  readonly lastSeen: MemoryLastSeen
  readonly uploads: MemoryUploads
}

/** An empty log, and what is kept beside it. */
export function createParts(): MemoryStoreParts {
  const log = new MemoryLog()
  const cursors = new MemoryChatCursors(log)
  const uploads = new MemoryUploads(log)
  const access = new MemoryAccessRecords({ log, uploads, cursors })
  const lastSeen = new MemoryLastSeen((userId) => access.seenBy(userId))
  return { log, access, cursors, lastSeen, uploads }
}

/** The log in memory: it outlives its stores, and not its process. */
export class MemoryStore implements Store {
  readonly access: MemoryAccessRecords
  readonly cursors: MemoryChatCursors
  readonly lastSeen: MemoryLastSeen
  readonly uploads: MemoryUploads
  readonly #log: MemoryLog

  constructor({ log, access, cursors, lastSeen, uploads }: MemoryStoreParts) {
    this.#log = log
    this.access = access
    this.cursors = cursors
    this.lastSeen = lastSeen
    this.uploads = uploads
  }

  get epoch(): string {
    return this.#log.epoch
  }

  async lastOffset(): Promise<number> {
    return this.#log.lastOffset
  }

  async confirmWritable(): Promise<void> {}

  async append(entries: readonly NewEntry[], createdAt: string): Promise<Outcome[]> {
    for (const entry of entries) refuseInvalid(entry)
    const { outcomes, releasedFiles, accessChanges } = this.#log.append(entries, createdAt)
    this.cursors.begin(accessChanges.joined)
    this.uploads.releaseNamed(releasedFiles, createdAt)
    return outcomes
  }

  async readAfter(offset: number, limit: number): Promise<LogEntry[]> {
    return this.#log.after(offset, limit)
  }

  async readHistory(range: HistoryRange): Promise<HistoryEntry[]> {
    return this.#log.history(range)
  }

  async readSupportQueue(limit: number): Promise<QueuedChat[]> {
    const first = new Foremost<Omit<QueuedChat, 'newest'>>(limit, byWaiting)
    let looked = 0
    for (const [chatId, { status, assignee, waitingSince }] of this.#log.supportChats) {
      if (status === 'open') first.add({ chatId, assignee, waitingSince })
      looked += 1
      if (looked % QUEUE_STEP === 0) await nextTurn()
    }
    return first.values.map((chat) => ({
      ...chat,
      newest: this.#log.messagesOf('support', chat.chatId).at(-1)?.offset ?? 0,
    }))
  }

  async readClipped(offsets: readonly number[]): Promise<MessageEntry[]> {
    return offsets.flatMap((offset) => {
      const entry = this.#log.at(offset)
      return entry?.type === 'message' ? { ...entry, content: clipped(entry.content) } : []
    })
  }

  async readAges(range: AgesRange): Promise<MessageAge[]> {
    return this.#log.ages(range)
  }

  async search({ text, chat, before, limit, reader }: SearchQuery): Promise<FoundMessage[]> {
    const words = wordsOf(text)
    const found: FoundMessage[] = []
    if (words.length === 0) return found
    const last = Math.min(this.#log.lastOffset, (before ?? Number.MAX_SAFE_INTEGER) - 1)
    let looked = 0
    for (let offset = last; found.length < limit; offset -= 1) {
      const entry = this.#log.at(offset)
      if (!entry) return found
      if (
        entry.type === 'message' &&
        isIn(entry, chat) &&
        matches(entry, words) &&
        (!reader || mayRead(this.#log, reader, entry))
      )
        found.push(foundIn(entry, words))
      looked += ENTRY_LENGTH + (entry.type === 'message' ? entry.content.length : 0)
      if (looked < SEARCH_STEP) continue
      looked = 0
      await nextTurn()
    }
    return found
  }

  prune(options: PruneOptions): Promise<Pruned> {
    const log = this.#log
    return pruneLog(
      {
        uploads: this.uploads,
        readTimes: async (offset, limit) =>
          log.after(offset, limit).map((entry) => ({
            offset: entry.offset,
            createdAt: new Date(entry.createdAt),
            sizeBytes: 'content' in entry ? Buffer.byteLength(entry.content) : 0,
          })),
        deleteUpTo: async (offset) => log.deleteUpTo(offset),
      },
      options,
    )
  }

  async close(): Promise<void> {}
}

/** The ids that entries have. */
const NUMBERS = ['senderId', 'chatId', 'messageId', 'userId', 'reportId']

/** Throws STORAGE_REJECTED for what a database would not take either. */
function refuseInvalid(entry: NewEntry): void {
  const numbers = NUMBERS.flatMap((key) => {
    const isMissing = entry.type === 'chat' && key === 'chatId' && entry.chatId === undefined
    return key in entry && !isMissing ? entry[key as keyof NewEntry] : []
  })
  const isWhole =
    numbers.every(Number.isSafeInteger) &&
    (!('content' in entry) || typeof entry.content === 'string')
  if (isWhole) return
  const cause = new TypeError(`no ${entry.type} can be stored without its numbers and content`)
  throw new ChatwsError('STORAGE_REJECTED', 'The database refuses the data', { cause })
}

/** The first characters, of which each has two code units at most. */
function clipped(content: string): string {
  if (content.length <= CLIPPED_LENGTH) return content
  return Array.from(content.slice(0, 2 * CLIPPED_LENGTH))
    .slice(0, CLIPPED_LENGTH)
    .join('')
}

/** Those that wait longest first, those that do not wait last. */
function byWaiting(a: Omit<QueuedChat, 'newest'>, b: Omit<QueuedChat, 'newest'>): number {
  if (a.waitingSince === b.waitingSince) return a.chatId - b.chatId
  if (a.waitingSince === null) return 1
  if (b.waitingSince === null) return -1
  return a.waitingSince < b.waitingSince ? -1 : 1
}

function isIn({ kind, chatId }: MessageEntry, chat: SearchQuery['chat']): boolean {
  return chat === undefined || (chat.kind === kind && chat.id === chatId)
}

function matches({ content, deletedAt }: MessageEntry, words: readonly string[]): boolean {
  return deletedAt === undefined && hasWords(content, words)
}
