/** A message on its way into the log. */
export interface NewEntry {
  readonly kind: 'chat' | 'support'
  /** The chat, or for `support` the support chat. */
  readonly chatId: number
  readonly senderId: number
  /** The sender's own name for the message; the log holds each (sender, name) once. */
  readonly clientId: string | undefined
  readonly content: string
  readonly fileType: string | undefined
  readonly filePaths: string | undefined
}

/** A message in the log. Its (kind, id) and its offset are each unique. */
export interface LogEntry extends NewEntry {
  readonly id: number
  /** Position in the one order of durable events, from 1, without gaps, in commit order. */
  readonly offset: number
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string
}

/** A part of one chat's entries, from the newest backwards. */
export interface HistoryRange {
  readonly kind: 'chat' | 'support'
  readonly chatId: number
  /** Only entries with an id below this; all where undefined. */
  readonly before: number | undefined
  readonly limit: number
}

/** What became of one entry: stored now, or `repeated` and then the one stored first. */
export interface Appended {
  readonly entry: LogEntry
  readonly repeated: boolean
}

/**
 * The log, held for good. Every error is a ChatwsError: `STORAGE_UNAVAILABLE` means that nothing
 * of the call was stored and that it may be tried again, `STORAGE_REJECTED` that the database
 * refuses something in it, and `COMMIT_UNKNOWN` that it was lost from sight while committing.
 */
export interface Store {
  /** Names this database's history: offsets of another epoch mean nothing here. */
  readonly epoch: string

  /** The newest offset given out, 0 in an empty log. */
  lastOffset(): Promise<number>

  /**
   * Stores a batch in one transaction and answers in the same order. When it resolves, the batch
   * survives the death of this process. An entry whose (senderId, clientId) is already stored, by
   * an earlier batch or earlier in this one, is not stored again.
   *
   * @param createdAt time of the batch, ISO 8601 UTC with milliseconds
   */
  append(entries: readonly NewEntry[], createdAt: string): Promise<Appended[]>

  /** Up to `limit` entries with an offset above `offset`, in order. */
  readAfter(offset: number, limit: number): Promise<LogEntry[]>

  /** The newest entries of a range, oldest first. */
  readHistory(range: HistoryRange): Promise<LogEntry[]>

  /** Closes the database; no other call may be under way. */
  close(): Promise<void>
}
