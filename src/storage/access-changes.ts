import type { ChatKind } from '../protocol/chat.ts'
import type {
  AdminAction,
  Ban,
  KnownChat,
  Member,
  Report,
  Standing,
  UserProfile,
} from './access-records.ts'

/** A user in a chat. */
export interface Place {
  readonly chatId: number
  readonly userId: number
}

/** How many chats a user is in, by the user's own doing and by that of others. */
export interface ChatCount {
  readonly own: number
  readonly byOthers: number
}

/** The chats that a user has made within a day: how many, and when the oldest, ISO 8601. */
export interface MadeChats {
  readonly count: number
  readonly oldest: string
}

export const DAY_MS = 86_400_000

/**
 * What a batch names of chats, members and users that may be stored already. It is collected once the
 * messages that the batch is about are read (`Known.targets`), as their chats are known only then.
 */
export interface AccessReferences {
  /** The chat and the member are both read. Of a direct chat also who of the two blocks whom. */
  readonly places: readonly Place[]
  /** `pairKey` of two users, the lesser id first, whose direct chat is read, and its places. */
  readonly directs: ReadonlySet<string>
  /** Chats whose owners are counted. */
  readonly ownersOf: ReadonlySet<number>
  /** Chat 0 is the server. */
  readonly bans: readonly Place[]
  readonly blocks: readonly { readonly userId: number; readonly blockedId: number }[]
  readonly users: ReadonlySet<number>
  /** Users whose chats are listed; and counted; and whose blocks are counted. */
  readonly chatsOfUsers: ReadonlySet<number>
  readonly chatCounts: ReadonlySet<number>
  /** Users who make chats, of which there may be so many within a day. */
  readonly makers: ReadonlySet<number>
  readonly blockCounts: ReadonlySet<number>
  /** Reports, each with the place in the report's chat of the user who would end it. */
  readonly reports: readonly { readonly reportId: number; readonly userId: number }[]
  /** Reports that may stand already. */
  readonly reported: readonly {
    readonly kind: ChatKind
    readonly messageId: number
    readonly reporterId: number
  }[]
  /** Messages that may be pinned; the pins of their chats are counted. */
  readonly pinned: readonly {
    readonly kind: ChatKind
    readonly messageId: number
    readonly chatId: number
  }[]
  /** Support chats of which it counts who opened them. */
  readonly customers: ReadonlySet<number>
  /** How users have set chats, and whether they follow threads, as far as that may be set. */
  readonly settings: readonly {
    readonly userId: number
    readonly kind: ChatKind
    readonly chatId: number
  }[]
  readonly follows: readonly {
    readonly userId: number
    readonly kind: ChatKind
    readonly messageId: number
  }[]
  /** Whether the batch makes chats, and reports: the next ids are read. */
  readonly makesChats: boolean
  readonly makesReports: boolean
}

/** What the database holds of chats, members and users that a batch touches. */
export interface KnownAccess {
  /** The id that the next chat, and the next report, gets. */
  readonly nextChatId: number
  readonly nextReportId: number
  /** Chat → its state. */
  readonly chats: Map<number, KnownChat>
  /** `pairKey` of the two users → their direct chat. */
  readonly directs: Map<string, number>
  /** `pairKey` of chat and user → the member. */
  readonly members: Map<string, Member>
  /** `pairKey` of chat and user → what holds of who is no member. */
  readonly standings: Map<string, Standing>
  /** Chat → how many owners it has, of those that members leave or lose their role in. */
  readonly ownerCounts: Map<number, number>
  /** `pairKey` of chat (0 is the server) and user → the ban. */
  readonly bans: Map<string, Ban>
  /** `pairKey` of who blocks and who is blocked. */
  readonly blocks: Set<string>
  readonly users: Map<number, UserProfile>
  /** User whose name changes → the user's chats, up to 1,000; where the entry has an authority. */
  readonly chatsOfUsers: Map<number, readonly number[]>
  readonly reports: Map<number, Report>
  /** `reportKey` of those that stand already → the report. */
  readonly reported: Map<string, number>
  /** User and `chatKey` → how the user has set the chat. */
  readonly settings: Map<string, 'all' | 'mentions' | 'none'>
  /** User and `targetKey` → whether the user follows that thread, where the user or a reply has said so. */
  readonly follows: Map<string, boolean>
  /** `targetKey` of messages that are pinned, and chat key → how many are. */
  readonly pinned: Set<string>
  readonly pinCounts: Map<string, number>
  /** User → how many chats the user is in. */
  readonly chatCounts: Map<number, ChatCount>
  /** User → the chats that the user has made within a day. */
  readonly madeChats: Map<number, MadeChats>
  /** User → how many the user blocks. */
  readonly blockCounts: Map<number, number>
  /** Support chat → who opened it. */
  readonly customers: Map<number, number>
}

/** What a batch changes of chats, members and users; of each, the last state. */
export interface AccessChanges {
  readonly chats: Map<number, KnownChat>
  /** `pairKey` of chat and user → the member; null is none any more. */
  readonly members: Map<string, { chatId: number; userId: number; member: Member | null }>
  /** `pairKey` of chat and user → what holds of who is no member; null is nothing. */
  readonly standings: Map<string, { chatId: number; userId: number; standing: Standing | null }>
  /** `pairKey` of chat and user → the ban; null is none any more. By whom it was made. */
  readonly bans: Map<
    string,
    { chatId: number; userId: number; ban: Ban | null; by: number; offset: number }
  >
  /** `pairKey` of who blocks and who is blocked. */
  readonly blocks: Map<string, { userId: number; blockedId: number; isBlocked: boolean }>
  readonly users: Map<number, UserProfile>
  readonly reports: Map<number, Report>
  /** `targetKey` → whether it is pinned since an offset. */
  readonly pins: Map<
    string,
    {
      kind: ChatKind
      chatId: number
      messageId: number
      isPinned: boolean
      by: number
      offset: number
    }
  >
  readonly settings: Map<
    string,
    { userId: number; kind: ChatKind; chatId: number; notify: 'all' | 'mentions' | 'none' }
  >
  /**
   * `isAutomatic` only where the user has not said otherwise: who writes in a thread follows it, and so
   * does who began it.
   */
  readonly follows: Map<
    string,
    {
      userId: number
      kind: ChatKind
      chatId: number
      messageId: number
      isFollowed: boolean
      isAutomatic: boolean
    }
  >
  /** New members: their cursors begin at the newest message of the chat. */
  readonly joined: Place[]
  readonly acts: Omit<AdminAction, 'id'>[]
}

/** Names a pair of ids, the order of which counts. */
export function pairKey(one: number, other: number): string {
  return `${one} ${other}`
}

/** Nothing changed yet. */
export function noAccessChanges(): AccessChanges {
  return {
    ...{ chats: new Map(), members: new Map(), standings: new Map() },
    ...{ bans: new Map(), blocks: new Map() },
    ...{ users: new Map(), reports: new Map(), pins: new Map(), settings: new Map() },
    ...{ follows: new Map(), joined: [], acts: [] },
  }
}

/** Nothing known, of a batch that names nothing of it. */
export function noKnownAccess(): KnownAccess {
  return {
    ...{ nextChatId: 0, nextReportId: 0, chats: new Map(), directs: new Map() },
    ...{
      members: new Map(),
      standings: new Map(),
      ownerCounts: new Map(),
      bans: new Map(),
      blocks: new Set(),
    },
    ...{ users: new Map(), chatsOfUsers: new Map(), reports: new Map(), reported: new Map() },
    ...{ settings: new Map(), follows: new Map() },
    ...{ pinned: new Set(), pinCounts: new Map(), chatCounts: new Map() },
    ...{ madeChats: new Map() },
    ...{ blockCounts: new Map(), customers: new Map() },
  }
}
