import { type ChatKind, chatKey } from '../../protocol/chat.ts'
import { type AccessChanges, type Place, pairKey } from '../access-changes.ts'
import type {
  AdminAction,
  Ban,
  KnownChat,
  Member,
  Report,
  Standing,
  UserProfile,
} from '../access-records.ts'

export interface KeptPin {
  readonly kind: ChatKind
  readonly chatId: number
  readonly messageId: number
  /** When it was pinned, in the order of the log. */
  readonly offset: number
}

export interface KeptFollow {
  readonly userId: number
  readonly kind: ChatKind
  /** The message that the thread began with. */
  readonly messageId: number
  isFollowed: boolean
  /** The last reply that was read; 0 before the first. */
  read: number
}

/** Chats, members and users in memory. */
export class MemoryAccess {
  readonly chats = new Map<number, KnownChat>()
  /** Two ids, the lesser first → the direct chat of the two. */
  readonly directs = new Map<string, number>()
  /** Chat → user → the member. */
  readonly members = new Map<number, Map<number, Member>>()
  /** `pairKey` of chat and user → what holds of who is no member. */
  readonly standings = new Map<string, Standing>()
  /** User → the user's chats. */
  readonly chatsOf = new Map<number, Set<number>>()
  /** `pairKey` of chat (0 is the server) and user. */
  readonly bans = new Map<string, { readonly chatId: number; readonly ban: Ban }>()
  /** User → whom the user blocks. */
  readonly blocks = new Map<number, Set<number>>()
  readonly users = new Map<number, UserProfile>()
  readonly reports = new Map<number, Report>()
  /** `targetKey` → the pin. */
  readonly pins = new Map<string, KeptPin>()
  /** `settingsKey` → how a user wants a chat. */
  readonly settings = new Map<string, 'all' | 'mentions' | 'none'>()
  /** User and `targetKey` → how the user follows the thread of that message. */
  readonly follows = new Map<string, KeptFollow>()
  readonly acts: AdminAction[] = []

  member({ chatId, userId }: Place): Member | undefined {
    return this.members.get(chatId)?.get(userId)
  }

  /** Stores what a batch has changed. */
  apply(changes: AccessChanges): void {
    for (const chat of changes.chats.values()) {
      this.chats.set(chat.chatId, chat)
      if (chat.direct) this.directs.set(pairKey(...chat.direct), chat.chatId)
    }
    for (const { member, ...place } of changes.members.values())
      if (member) this.#seat(place, member)
      else this.#unseat(place)
    for (const [key, { standing }] of changes.standings)
      if (standing) this.standings.set(key, standing)
      else this.standings.delete(key)
    for (const [key, { chatId, ban }] of changes.bans)
      if (ban) this.bans.set(key, { chatId, ban })
      else this.bans.delete(key)
    for (const { userId, blockedId, isBlocked } of changes.blocks.values()) {
      const blocked = this.blocks.get(userId) ?? new Set()
      if (isBlocked) blocked.add(blockedId)
      else blocked.delete(blockedId)
      this.blocks.set(userId, blocked)
    }
    for (const [id, user] of changes.users)
      if (user.name === undefined && user.avatar === undefined) this.users.delete(id)
      else this.users.set(id, user)
    for (const [id, report] of changes.reports) this.reports.set(id, report)
    this.#applyToMessages(changes)
    for (const act of changes.acts) this.note(act)
  }

  note(act: Omit<AdminAction, 'id'>): void {
    this.acts.push({ ...act, id: this.acts.length + 1 })
  }

  #applyToMessages({ pins, settings, follows }: AccessChanges): void {
    for (const [key, { isPinned, kind, chatId, messageId, offset }] of pins)
      if (isPinned) this.pins.set(key, { kind, chatId, messageId, offset })
      else this.pins.delete(key)
    for (const [key, { notify }] of settings) this.settings.set(key, notify)
    for (const [key, { isAutomatic, isFollowed, ...follow }] of follows) {
      const { userId, kind, messageId } = follow
      const kept = this.follows.get(key)
      if (!kept) this.follows.set(key, { userId, kind, messageId, isFollowed, read: 0 })
      else if (!isAutomatic) kept.isFollowed = isFollowed
    }
  }

  #seat({ chatId, userId }: Place, member: Member): void {
    const members = this.members.get(chatId) ?? new Map<number, Member>()
    this.members.set(chatId, members.set(userId, member))
    const chats = this.chatsOf.get(userId) ?? new Set()
    this.chatsOf.set(userId, chats.add(chatId))
  }

  #unseat({ chatId, userId }: Place): void {
    this.members.get(chatId)?.delete(userId)
    this.chatsOf.get(userId)?.delete(chatId)
  }
}

/** Names a user's settings of a chat. */
export function settingsKey(of: { userId: number; kind: ChatKind; chatId: number }): string {
  return `${of.userId} ${chatKey(of.kind, of.chatId)}`
}
