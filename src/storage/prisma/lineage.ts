/** A place in a log: which history, and how far. */
export interface HistoryPoint {
  readonly epoch: string
  readonly offset: number
}

/**
 * Knows, apart from the database, how far its history had come, and so whether the database that
 * is there now continues it. One that was restored from a backup, copied or replaced does not:
 * its next offsets would mean other events than those that clients have already seen.
 */
export interface Lineage {
  /** Whether a database that says it is at `position` is the one that was there before. */
  isContinued(position: HistoryPoint): Promise<boolean>
  /** Records a position for the next time. */
  note(position: HistoryPoint): Promise<void>
  /** Records a position before long; cheap enough for every batch. */
  advance(position: HistoryPoint): void
}
