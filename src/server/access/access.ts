import type { Chat } from '../../protocol/chat.ts'
import type { Reader } from '../../storage/access-records.ts'
import type { LogEntry, NewEntry } from '../../storage/entries.ts'
import type { Authority } from '../../storage/entry-base.ts'
import type { FrameFilter } from '../frames/audience.ts'
import type { PlaceOf } from '../frames/place-of-entry.ts'
import type { Viewer } from './viewer.ts'

/** What is done in a chat that leaves no entry in the log. */
export type PassingAct = 'type' | 'receipt'

/**
 * Who may read what, and do what: the one place that is asked. What is put into the log is decided once
 * more where it is stored (`AppendPlan`), where nothing can come between.
 */
export interface Access {
  readonly mode: 'open' | 'members'
  /** Whom an entry of the log is told to. */
  readonly placeOf: PlaceOf
  /**
   * What a new connection is sent; undefined is all. Each call that resolves is followed by one of
   * `release`. Throws STORAGE_UNAVAILABLE.
   */
  open(viewer: Viewer): Promise<FrameFilter> | undefined
  /** A user who is connected comes by a token. Throws STORAGE_UNAVAILABLE. */
  enter(viewer: Viewer): Promise<void>
  /** A connection of the user has gone. */
  release(userId: number): void
  /** The user is not online any more. */
  forget(userId: number): void
  /** What a connection is sent that wants only some chats (`chatKey`s), or all again. */
  narrow(viewer: Viewer, chats: ReadonlySet<string> | undefined): FrameFilter | undefined
  /** Learns what an entry changes, right before that is told. */
  apply(entry: LogEntry): void
  /**
   * The offset above which a viewer may read the messages of a chat; undefined where the chat does not
   * exist for the viewer. Throws STORAGE_UNAVAILABLE.
   */
  readsAbove(viewer: Viewer, chat: Chat): number | undefined | Promise<number | undefined>
  /** Whether a viewer that is connected may do something in a chat that is not stored. */
  mayPass(viewer: Viewer, chat: Chat, act: PassingAct): boolean
  /**
   * Who reads, for the store; undefined where everyone may read everything. Throws STORAGE_UNAVAILABLE.
   */
  readerOf(viewer: Viewer): Promise<Reader> | undefined
  /** The chats that a viewer who is connected moderates by a token. */
  moderatedByToken(viewer: Viewer): readonly number[]
  /** In whose name an entry of a type is added; undefined where nobody is asked what they may. */
  authorityOf(viewer: Viewer, type: NewEntry['type']): Authority | undefined
  /** Those who are not to be seen by a user who is online, neither their presence nor their profile. */
  hiddenFrom(userId: number): ReadonlySet<number>
  /**
   * The chats (`chatKey`s) whose readers are told of a user's presence; undefined is everyone. Of a
   * user that is online.
   */
  presenceChats(userId: number): readonly string[] | undefined
}
