import type { ChatKind } from '../protocol/chat.ts'
import type { ChatwsError } from '../protocol/error.ts'
import type { AccessRecords } from './access-records.ts'
import type { ChatCursors, LastSeenTimes, QueuedChat, SearchQuery } from './conversation.ts'
import type { LogEntry, MessageEntry, NewEntry } from './entries.ts'
import type { AgesRange, MessageAge } from './message-ages.ts'
import type { Pruned, PruneOptions } from './prune-log.ts'
import type { UploadRecords } from './upload-records.ts'

/**
 * The log, and what is kept beside it. What every implementation is asked for stands here and in
 * the interfaces named here; `test/storage/log-contract.ts` tries all of it. Several stores, also
 * of several processes, may have one database open and write at once.
 *
 * Every error is a ChatwsError: `STORAGE_UNAVAILABLE` means that nothing of the call was stored and
 * that it may be tried again, `STORAGE_REJECTED` that the database refuses something in it, and
 * `COMMIT_UNKNOWN` that it was lost from sight while committing.
 */
export interface Store {
  /** Names this database's history: offsets of another epoch mean nothing here. */
  readonly epoch: string

  /** The newest offset given out, 0 in an empty log. Throws STORAGE_UNAVAILABLE. */
  lastOffset(): Promise<number>

  /**
   * Stores something that changes nothing, where another's lock does not keep it from that for
   * long. Throws STORAGE_UNAVAILABLE when nothing can be stored now: a full disk, a database that
   * may only be read.
   */
  confirmWritable(): Promise<void>

  /**
   * Stores a batch, all of it or nothing, and answers in the same order. Its entries take effect
   * one after the other (`AppendPlan` says what that comes to), get the next offsets, and are in
   * the log before any entry of a batch that is stored later. When it resolves, the batch survives
   * the death of this process. An entry whose (senderId, clientId) is already stored, by an earlier
   * batch or earlier in this one, is not stored again. Throws all three errors.
   *
   * @param createdAt time of the batch, ISO 8601 UTC with milliseconds
   */
  append(entries: readonly NewEntry[], createdAt: string): Promise<Outcome[]>

  /**
   * Up to `limit` entries with an offset above `offset`, in order and without a gap but for what was
   * pruned, as they are now; fewer once they have `MAX_READ_BYTES`, but none only where there are
   * none. Throws STORAGE_UNAVAILABLE.
   */
  readAfter(offset: number, limit: number): Promise<LogEntry[]>

  /**
   * The newest messages of a range, oldest first; fewer than its limit once they have
   * `MAX_READ_BYTES`, but none only where there are none. Throws STORAGE_UNAVAILABLE.
   */
  readHistory(range: HistoryRange): Promise<HistoryEntry[]>

  /**
   * The open support chats, those that wait longest first and those that do not wait last. Throws
   * STORAGE_UNAVAILABLE.
   */
  readSupportQueue(limit: number): Promise<QueuedChat[]>

  /**
   * The messages at some offsets, in any order, with the first `CLIPPED_LENGTH` characters (code
   * points) of their content. Throws STORAGE_UNAVAILABLE.
   */
  readClipped(offsets: readonly number[]): Promise<MessageEntry[]>

  /** How old messages are, deleted ones too, by ascending id. Throws STORAGE_UNAVAILABLE. */
  readAges(range: AgesRange): Promise<MessageAge[]>

  /**
   * Finds messages by words, newest first, among all that was stored before the call; deleted ones
   * are never found. Throws STORAGE_UNAVAILABLE.
   */
  search(query: SearchQuery): Promise<readonly FoundMessage[]>

  /** Who is in which chat, and what else is kept about users. */
  readonly access: AccessRecords

  /** How far users have come in chats. */
  readonly cursors: ChatCursors

  /** When users were last here. */
  readonly lastSeen: LastSeenTimes

  /** What is known of uploaded files. */
  readonly uploads: UploadRecords

  /**
   * Deletes the oldest part of the log, and what hangs on it, in bounded steps between which others
   * can write (`pruneLog` is the loop). Offsets and ids are not given out again.
   */
  prune(options: PruneOptions): Promise<Pruned>

  /**
   * Resolves with the reason once the database is gone for good and only a restart can help;
   * undefined where a database comes back by itself.
   */
  readonly gone?: Promise<ChatwsError> | undefined

  /** Closes it; no other call may be under way. */
  close(): Promise<void>
}

/**
 * What became of one entry: stored now, or `repeated`. A repeated one is the entry stored first
 * under its name, with the first `CLIPPED_LENGTH` characters of its content at least; or, where it
 * asked for what was so already, stands for that at the newest offset.
 */
export interface Appended {
  readonly entry: LogEntry
  readonly repeated: boolean
}

/** An entry that was not stored, because of what it is about. */
export interface Refused {
  readonly refused: 'NOT_FOUND' | 'FORBIDDEN' | 'RATE_LIMITED'
  readonly reason: string
  /** When to try again, of RATE_LIMITED. */
  readonly retryAfterMs?: number
  /** The sender's own name for it. */
  readonly clientId: string | undefined
}

export type Outcome = Appended | Refused

/** A part of one chat's messages, from the newest backwards. */
export interface HistoryRange {
  readonly kind: ChatKind
  readonly chatId: number
  /** Only messages with an id below this; all where undefined. */
  readonly before: number | undefined
  /** Only the replies in the thread of this message. */
  readonly thread?: number | undefined
  /** Only messages with an offset above this; of who may read only what came after joining. */
  readonly above?: number | undefined
  /** Without those that are hidden from this user. */
  readonly userId?: number | undefined
  readonly limit: number
}

/** Characters of a message that is read to be shown in a list. */
export const CLIPPED_LENGTH = 1_001

/**
 * Bytes after which a read ends, as reading more would hold the event loop: of contents and names of
 * files, and `REACTION_BYTES` for each reaction.
 */
export const MAX_READ_BYTES = 256 * 1024

/** A reaction counts as much as a text that takes as long to read. */
export const REACTION_BYTES = 256

/** Reactions that are told with a message; of one with more, those given first. */
export const MAX_REACTIONS = 1_000

/** A message, and what was given to it: the first `MAX_REACTIONS`. */
export interface HistoryEntry extends MessageEntry {
  readonly reactions: readonly StandingReaction[]
  /** Of a message with a thread: replies that are hidden from somebody do not count. */
  readonly replies?: { readonly count: number; readonly lastId: number; readonly lastAt: string }
}

/** A reaction, and the users who gave it, in the order in which they did. */
export interface StandingReaction {
  readonly emoji: string
  readonly userIds: readonly number[]
}

/** A message that was searched for. */
export interface FoundMessage extends Omit<MessageEntry, 'content'> {
  /** The part of the content around what was found. */
  readonly snippet: string
}
