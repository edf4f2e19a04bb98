import type { ChatKind } from '../protocol/chat.ts'
import type { ChatRole } from '../protocol/chat-role.ts'
import type { AboutMessage, New, Stored } from './entry-base.ts'

export interface MemberGrant {
  readonly userId: number
  readonly role: ChatRole
  /** Until when who comes may not write, ISO 8601: a mute of before. */
  readonly mutedUntil?: string | undefined
}

/** What can be set of a chat; what is undefined stays. */
export interface ChatChange {
  readonly title?: string | null | undefined
  readonly visibility?: 'public' | 'private' | undefined
  readonly history?: 'all' | 'since_join' | undefined
  readonly slowModeSeconds?: number | undefined
  /** Null keeps messages for good. */
  readonly retentionSeconds?: number | null | undefined
}

/** Makes a chat with its sender as the owner, or changes one. */
export interface NewChatChange extends New {
  readonly type: 'chat'
  /** Undefined where it is to be made; its id is given out by the database. */
  readonly chatId: number | undefined
  readonly change: ChatChange
  /** Members from the beginning, beside the owner. */
  readonly members: readonly number[]
  /** The other user of a direct chat, which is found where it is there. */
  readonly directWith: number | undefined
}

/** What is done to members of a chat. */
export type MemberAction =
  | { readonly act: 'join' }
  | {
      readonly act: 'leave'
      /**
       * For one who is erased, and no frame asks for it: a direct chat is left too, and the last owner's
       * place goes to another member.
       */
      readonly erasure?: { readonly heir: number | undefined }
    }
  | { readonly act: 'add'; readonly userIds: readonly number[]; readonly role: ChatRole }
  | { readonly act: 'remove'; readonly userIds: readonly number[] }
  | { readonly act: 'role'; readonly userId: number; readonly role: ChatRole }
  /** @property until ISO 8601; null lets the member write again */
  | { readonly act: 'mute'; readonly userId: number; readonly until: string | null }
  /** @property until ISO 8601; null is for good */
  | {
      readonly act: 'ban'
      readonly userId: number
      readonly until: string | null
      readonly reason: string | undefined
    }
  | { readonly act: 'unban'; readonly userId: number }

export interface NewMembersChange extends New {
  readonly type: 'members'
  readonly chatId: number
  readonly action: MemberAction
}

/** Sets what a user is called and looks like; null takes it away, undefined leaves it. */
export interface NewUserChange extends New {
  readonly type: 'user'
  readonly userId: number
  readonly name: string | null | undefined
  readonly avatar: string | null | undefined
}

/** Keeps a user out of the server, or no longer. */
export interface NewBan extends New {
  readonly type: 'ban'
  readonly userId: number
  readonly isLifted: boolean
  /** ISO 8601; null is for good. */
  readonly until: string | null
  readonly reason: string | undefined
}

export interface NewBlock extends New {
  readonly type: 'block'
  /** Who is blocked by the sender. */
  readonly userId: number
  readonly isBlocked: boolean
}

export interface NewReport extends New {
  readonly type: 'report'
  readonly kind: ChatKind
  readonly messageId: number
  readonly reason: string
}

export interface NewResolution extends New {
  readonly type: 'resolution'
  readonly reportId: number
  readonly resolution: string
}

export interface NewPin extends New {
  readonly type: 'pin'
  readonly kind: ChatKind
  readonly messageId: number
  readonly isPinned: boolean
}

/** How its sender wants a chat. */
export interface NewSettings extends New {
  readonly type: 'settings'
  readonly kind: ChatKind
  readonly chatId: number
  readonly notify: 'all' | 'mentions' | 'none'
}

/** Whether its sender follows the thread of a message. */
export interface NewFollow extends New {
  readonly type: 'follow'
  readonly kind: ChatKind
  readonly messageId: number
  readonly isFollowed: boolean
}

export type NewAccessEntry =
  | NewChatChange
  | NewMembersChange
  | NewUserChange
  | NewBan
  | NewBlock
  | NewReport
  | NewResolution
  | NewPin
  | NewSettings
  | NewFollow

/** All of a chat that its readers see. */
export interface ChatState {
  readonly title: string | undefined
  readonly visibility: 'public' | 'private'
  readonly history: 'all' | 'since_join'
  /** 0 for none. */
  readonly slowModeSeconds: number
  readonly retentionSeconds: number | undefined
  /** The two users of a direct chat, the lesser id first. */
  readonly direct: readonly [number, number] | undefined
  readonly createdBy: number
  readonly memberCount: number
}

/** A chat after it was made or changed. Its `id` is its chat's. */
export interface ChatEntry extends Stored {
  readonly type: 'chat'
  readonly state: ChatState
  /** Those it begins with, where it was made. */
  readonly added: readonly MemberGrant[]
}

/** What was done to members of a chat, whose id is `id`. */
export interface MembersEntry extends Stored {
  readonly type: 'members'
  readonly act: MemberAction['act']
  readonly added: readonly MemberGrant[]
  readonly removed: readonly number[]
  readonly roles: readonly MemberGrant[]
  readonly muted: readonly { readonly userId: number; readonly until: string | null }[]
  readonly reason: string | undefined
  /** Who is banned, until when (null is for good), or let in again: undefined of other acts. */
  readonly banned?: { readonly userId: number; readonly until: string | null } | undefined
  readonly unbanned?: number | undefined
  /** The chat after it. */
  readonly state: ChatState
}

/** What a user, whose id is `id`, is called and looks like now. It is of no chat: `chatId` is 0. */
export interface UserEntry extends Stored {
  readonly type: 'user'
  readonly name: string | undefined
  readonly avatar: string | undefined
  /** The chats of the user, up to 1,000 of them: their members are told. Empty in open mode. */
  readonly chatIds: readonly number[]
}

/** A ban of the user `id`, or its end. It is of no chat: `chatId` is 0. */
export interface BanEntry extends Stored {
  readonly type: 'ban'
  readonly isLifted: boolean
  readonly until: string | null
  readonly reason: string | undefined
}

/** The sender has blocked the user `id`, or no longer. It is of no chat: `chatId` is 0. */
export interface BlockEntry extends Stored {
  readonly type: 'block'
  readonly isBlocked: boolean
}

/** A report of the message `id`. */
export interface ReportEntry extends Stored {
  readonly type: 'report'
  readonly reportId: number
  readonly reason: string
  /** Who wrote the message, and the beginning of what it said. */
  readonly author: number
  readonly content: string
}

/** The end of the report `id`, which was of a message in the chat. */
export interface ResolutionEntry extends Stored {
  readonly type: 'resolution'
  readonly resolution: string
}

/** The message `id` was pinned, or no longer is. */
export interface PinEntry extends Stored, AboutMessage {
  readonly type: 'pin'
  readonly isPinned: boolean
}

/** How its sender wants the chat, whose id is `id`. */
export interface SettingsEntry extends Stored {
  readonly type: 'settings'
  readonly notify: 'all' | 'mentions' | 'none'
}

/** Whether its sender follows the thread of the message `id`. */
export interface FollowEntry extends Stored {
  readonly type: 'follow'
  readonly isFollowed: boolean
}

export type AccessEntry =
  | ChatEntry
  | MembersEntry
  | UserEntry
  | BanEntry
  | BlockEntry
  | ReportEntry
  | ResolutionEntry
  | PinEntry
  | SettingsEntry
  | FollowEntry
