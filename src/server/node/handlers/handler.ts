import type { Chat } from '../../../protocol/chat.ts'
import type { UserPresence } from '../../../protocol/questions.ts'
import type { ServerFrame } from '../../../protocol/server-frames.ts'
import type { NewEntry } from '../../../storage/entries.ts'
import type { Store } from '../../../storage/store.ts'
import type { Connection } from '../../delivery/connection.ts'
import type { Receipts } from '../../presence/receipts.ts'
import type { TypingTracker } from '../../presence/typing.ts'

/** What a handler can do besides reading the frame. */
export interface HandlerContext {
  readonly store: Pick<Store, 'readHistory' | 'readSupportQueue' | 'search' | 'cursors'>
  readonly receipts: Pick<Receipts, 'advance' | 'flush'>
  readonly typing: Pick<TypingTracker, 'set'>
  /** Puts an entry on its way into the log; its sender gets an ACK once it is durable. */
  submit(entry: NewEntry, sender: Connection): void
  /** Answers one connection. */
  reply(connection: Connection, frame: ServerFrame): void
  /** Whether a connection may work the support desk. */
  isAgent(connection: Connection): boolean
  /** A connection became idle, or active again. */
  setIdle(connection: Connection, isIdle: boolean): void
  /** Who is here, and who was last. */
  listPresence(): Promise<UserPresence[]>
  /**
   * Narrows a connection to some chats, or with undefined to none. Returns the offset from which
   * on it is sent all of these.
   */
  narrow(connection: Connection, chats: readonly Chat[] | undefined): number
}

/** Acts on one valid frame of a client. */
export type Handler<Frame> = (frame: Frame, sender: Connection, context: HandlerContext) => void
