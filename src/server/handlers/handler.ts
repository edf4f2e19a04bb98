import type { ErrorFrame, History } from '../../protocol/server-frames.ts'
import type { HistoryRange, LogEntry, NewEntry } from '../../storage/store.ts'
import type { Connection } from '../connection.ts'

/** What a handler can do besides reading the frame. */
export interface HandlerContext {
  /** Puts an entry on its way into the log; its sender gets an ACK once it is durable. */
  submit(entry: NewEntry, sender: Connection): void
  /** Reads stored entries of one chat; throws STORAGE_UNAVAILABLE. */
  readHistory(range: HistoryRange): Promise<LogEntry[]>
  /** Answers one connection. */
  reply(connection: Connection, frame: ErrorFrame | History): void
}

/** Acts on one valid frame of a client. */
export type Handler<Frame> = (frame: Frame, sender: Connection, context: HandlerContext) => void
