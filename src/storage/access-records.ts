import type { ChatKind } from '../protocol/chat.ts'
import type { ChatRole } from '../protocol/chat-role.ts'
import type { ChatState } from './access-entries.ts'
import type { MessageEntry } from './entries.ts'
import type { KeptFor } from './message-ages.ts'

/** A chat with members, its id, and when it was made. */
export interface KnownChat extends ChatState {
  readonly chatId: number
  /** ISO 8601. */
  readonly madeAt: string
}

export interface Member {
  readonly userId: number
  readonly role: ChatRole
  /** The log's offset when the user became a member. */
  readonly joinedOffset: number
  /** Until when the member may not write, ISO 8601. */
  readonly mutedUntil: string | undefined
  /** What whoever said so was in the chat. */
  readonly mutedBy?: ChatRole | undefined
  /** When the member last wrote, ISO 8601; kept in chats with a slow mode. */
  readonly lastWritten?: string | undefined
  /** Who made the user a member; undefined is the user. */
  readonly addedBy?: number | undefined
}

/** What holds of a user in a chat without being a member of it: one who left, or who comes by a token. */
export interface Standing extends Pick<Member, 'mutedUntil' | 'mutedBy' | 'lastWritten'> {
  /** What the user is at most on coming back, unless an owner says otherwise. */
  readonly role: 'reader' | undefined
  /** The log's offset when the user first came by a token. */
  readonly joinedOffset: number | undefined
}

/** A user's place in one chat. */
export interface Membership extends Member {
  readonly chat: KnownChat
}

export interface UserProfile {
  readonly userId: number
  readonly name: string | undefined
  readonly avatar: string | undefined
}

export interface Ban {
  readonly userId: number
  /** ISO 8601; null is for good. */
  readonly until: string | null
  readonly reason: string | undefined
  /** What whoever made it was in the chat; undefined of a ban of the server. */
  readonly byRole?: ChatRole | undefined
  /** When it was made: tokens that were issued before are refused. ISO 8601. */
  readonly at: string
}

/** A message that somebody has reported. */
export interface Report {
  readonly id: number
  readonly kind: ChatKind
  readonly chatId: number
  readonly messageId: number
  readonly senderId: number
  readonly reporterId: number
  readonly reason: string
  readonly content: string
  readonly createdAt: string
  readonly resolution: string | undefined
  readonly resolvedBy: number | undefined
  readonly resolvedAt: string | undefined
}

/** Something that an admin or a moderator did; it is never changed. */
export interface AdminAction {
  readonly id: number
  /** ISO 8601. */
  readonly at: string
  /** Null is whoever has the admin token or the database. */
  readonly actorId: number | null
  /** As `ban`, `mute`, `delete`, `kick`. */
  readonly act: string
  readonly userId: number | undefined
  readonly kind: ChatKind | undefined
  readonly chatId: number | undefined
  readonly messageId: number | undefined
  /** What else is to be known, as JSON. */
  readonly detail: string | undefined
}

/** A thread that a user follows. */
export interface FollowedThread {
  readonly root: MessageEntry
  readonly replies: number
  readonly lastReply: MessageEntry | undefined
  /** Replies of others above `read`; counting stops at 1,000. */
  readonly unread: number
  readonly read: number
}

/** How far a user has read a thread. */
export interface ThreadCursor {
  readonly userId: number
  readonly kind: ChatKind
  /** The message that the thread began with, and the last reply that was read. */
  readonly rootId: number
  readonly read: number
}

/** Who reads: the store answers only with what that user may read. Undefined is everyone. */
export interface Reader {
  readonly userId: number
  /** Reads all support chats. */
  readonly isAgent: boolean
  /** Chats that the user's token grants: of those with a since-join history, what came after the user did. */
  readonly granted: readonly number[]
}

/** A chat that a user comes into by a token. */
export interface TokenPlace {
  readonly chat: KnownChat
  /** The log's offset when the user first came so. */
  readonly joinedOffset: number
  readonly mutedUntil: string | undefined
  /** Until when the user is kept out, ISO 8601; null is for good, undefined is not. */
  readonly bannedUntil: string | null | undefined
}

export interface ReportsPage extends ListPage {
  readonly isAll: boolean
  readonly moderatorId: number | undefined
  /** Chats that the moderator moderates by a token. */
  readonly byToken?: readonly number[]
}

/** A page of a list, by ascending id. */
export interface ListPage {
  /** Only what has an id above this; 0 is from the beginning. */
  readonly after: number
  readonly limit: number
}

/**
 * Who is in which chat, and what else is kept about users. Changed by entries of the log alone, but for
 * admins' acts. All calls throw STORAGE_UNAVAILABLE.
 */
export interface AccessRecords {
  /** The chats of a user, by ascending id. */
  membershipsOf(userId: number, page: ListPage): Promise<Membership[]>
  /** The support chats that a user has opened, by ascending id. */
  supportChatsOf(userId: number, page: ListPage): Promise<number[]>
  findChats(chatIds: readonly number[]): Promise<KnownChat[]>
  findMembers(chatId: number, userIds: readonly number[]): Promise<Member[]>
  /**
   * Notes that a user comes into chats by a token, and tells what holds there: of those chats that have a
   * row, which others do not need.
   */
  enterByToken(userId: number, chatIds: readonly number[]): Promise<TokenPlace[]>
  /** Whether a user is kept out of a chat. */
  isBannedFrom(chatId: number, userId: number): Promise<boolean>
  /** Who opened a support chat; undefined where there is none. */
  customerOf(supportChatId: number): Promise<number | undefined>
  membersOf(chatId: number, page: ListPage): Promise<Member[]>
  /**
   * Public chats, of which each word of `text` begins a word of the title; of those above `after`
   * 100,000 at most are looked at, in steps.
   */
  publicChats(page: ListPage & { readonly text: string | undefined }): Promise<KnownChat[]>
  findUsers(userIds: readonly number[]): Promise<UserProfile[]>
  /** Of some users, those who share a chat or a support chat with one. */
  sharingWith(userId: number, userIds: readonly number[]): Promise<number[]>
  blockedBy(userId: number): Promise<number[]>
  /** Who has blocked a user, by ascending id. */
  blockersOf(userId: number, page: ListPage): Promise<number[]>
  /** The bans of the server that hold, or whose tokens are still refused; by ascending user. */
  bans(page: ListPage): Promise<Ban[]>
  /** The pinned messages of a chat, the one pinned last first; clipped as by `Store.readClipped`. */
  pinsOf(kind: ChatKind, chatId: number): Promise<MessageEntry[]>
  /**
   * Up to 100 threads that a user follows, those with the newest replies first; of each kind the 1,000
   * that began last are looked at.
   */
  threadsOf(userId: number): Promise<FollowedThread[]>
  /** Users have read threads that they follow up to a reply; never moves back. */
  readThreads(cursors: readonly ThreadCursor[]): Promise<void>
  /** Reports, all or those not resolved; of all chats where `moderatorId` is undefined. */
  reports(page: ReportsPage): Promise<Report[]>
  /**
   * Whether a reader may have an uploaded file: an own one, what a message names that the reader may
   * read, and the avatar of whoever uploaded it and has not blocked the reader.
   */
  mayReadUpload(name: string, reader: Reader): Promise<boolean>
  noteAct(act: Omit<AdminAction, 'id'>): Promise<void>
  /** The chats with a retention of their own, by ascending id. */
  chatsWithRetention(page: ListPage): Promise<KeptFor[]>
  acts(page: ListPage & { readonly userId: number | undefined }): Promise<AdminAction[]>
  /** The same with ids below `before`, the newest first. */
  newestActs(page: {
    readonly before: number
    readonly limit: number
    readonly userId: number | undefined
  }): Promise<AdminAction[]>
}
