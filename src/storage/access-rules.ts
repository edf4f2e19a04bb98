import { type ChatRole, isAtLeast } from '../protocol/chat-role.ts'
import type { KnownAccess } from './access-changes.ts'
import { pairKey } from './access-changes.ts'
import type { KnownChat, Member, Standing } from './access-records.ts'
import type { NewEntry, NewMessageEntry } from './entries.ts'
import type { New } from './entry-base.ts'
import { type ChatAct, mayDo, neededFor } from './rights.ts'
import type { Refused } from './store.ts'
import type { Target } from './target.ts'

/** What the sender of an entry may read and do, by what the database holds. */
export class AccessRules {
  readonly #known: KnownAccess
  readonly #createdAtMs: number

  /** @param createdAt when the batch is stored, ISO 8601 */
  constructor(known: KnownAccess, createdAt: string) {
    this.#known = known
    this.#createdAtMs = Date.parse(createdAt)
  }

  member(chatId: number, userId: number): Member | undefined {
    return this.#known.members.get(pairKey(chatId, userId))
  }

  /** What holds of a user who is no member of a chat. */
  standing(chatId: number, userId: number): Standing | undefined {
    return this.#known.standings.get(pairKey(chatId, userId))
  }

  /** Whether a time is yet to come. */
  isAhead(time: string | null | undefined): boolean {
    return typeof time === 'string' && Date.parse(time) > this.#createdAtMs
  }

  /** What the sender is in a chat, by membership or by token. */
  roleOf({ senderId, authority }: New, chatId: number): ChatRole | undefined {
    if (this.isBanned(chatId, senderId)) return undefined
    return authority?.granted.get(chatId) ?? this.member(chatId, senderId)?.role
  }

  isBanned(chatId: number, userId: number): boolean {
    const ban = this.#known.bans.get(pairKey(chatId, userId))
    return ban !== undefined && (ban.until === null || this.isAhead(ban.until))
  }

  /** Whether the sender may read a message: what one may not read does not exist for one. */
  reads(entry: New, target: Target): boolean {
    const { senderId, authority } = entry
    if (!authority) return true
    if (target.hiddenFrom === senderId) return false
    if (target.kind === 'support')
      return authority.isAgent || this.#known.customers.get(target.chatId) === senderId
    if (authority.granted.has(target.chatId)) return true
    const chat = this.#known.chats.get(target.chatId)
    const member = this.member(target.chatId, senderId)
    if (!chat) return false
    if (member) return chat.history === 'all' || target.offset > member.joinedOffset
    const isOpen = chat.visibility === 'public' && chat.history === 'all'
    return isOpen && !this.isBanned(target.chatId, senderId)
  }

  /** Whether the sender may read a chat, or some of it. */
  readsChat(entry: New, kind: 'chat' | 'support', chatId: number): boolean {
    const { senderId, authority } = entry
    if (!authority) return true
    if (kind === 'support')
      return authority.isAgent || this.#known.customers.get(chatId) === senderId
    return this.roleOf(entry, chatId) !== undefined
  }

  /**
   * Why the sender may not do something in a chat; undefined where that is allowed. A chat that the
   * sender may not even read does not exist.
   */
  refusalOf(entry: NewEntry, chatId: number, act: ChatAct): Refused | undefined {
    if (!entry.authority) return undefined
    if (entry.authority.isAdmin && act !== 'write' && act !== 'react') return undefined
    const chat = this.#known.chats.get(chatId)
    const role = this.roleOf(entry, chatId)
    // A chat that only tokens know of has no row.
    if (!chat && role === undefined) return noChat(entry, chatId)
    if (role === undefined) return this.#refuseStranger(entry, chat!)
    if (!mayDo(role, act)) {
      const needed = neededFor(act)
      return refuse(entry, 'FORBIDDEN', `This takes a ${needed} of the chat, and you are a ${role}`)
    }
    if (act !== 'write' && act !== 'react') return undefined
    const mutedUntil = this.member(chatId, entry.senderId)?.mutedUntil
    return mutedUntil !== undefined && Date.parse(mutedUntil) > this.#createdAtMs
      ? refuse(entry, 'FORBIDDEN', `You may not write in this chat until ${mutedUntil}`)
      : undefined
  }

  /** Why the sender may not send a message now; undefined where that is allowed. */
  refusalOfMessage(entry: NewMessageEntry): Refused | undefined {
    const { authority, chatId, senderId } = entry
    if (!authority) return undefined
    if (entry.kind === 'support') {
      const customer = this.#known.customers.get(chatId)
      const mayWrite = authority.isAgent || customer === undefined || customer === senderId
      return mayWrite ? undefined : noChat(entry, chatId, 'support')
    }
    return (
      this.refusalOf(entry, chatId, 'write') ??
      this.#refuseBlocker(entry) ??
      this.#slowDown(entry, this.#known.chats.get(chatId))
    )
  }

  /**
   * Why the sender may not bring users into a chat, because one of them has blocked the sender; undefined
   * where that is allowed. What an admin does for a chat is the server's doing.
   */
  refusalOfSeating(entry: New, userIds: readonly number[]): Refused | undefined {
    if (!entry.authority || entry.authority.isAdmin) return undefined
    const blocker = userIds.find((userId) => this.isBlockedBy(userId, entry))
    return blocker === undefined ? undefined : refuseToReach(entry, blocker)
  }

  /** Whether a user has blocked the sender of an entry. */
  isBlockedBy(userId: number, { senderId }: New): boolean {
    return this.#known.blocks.has(pairKey(userId, senderId))
  }

  /** The user who must not see a message, because that user has blocked its sender. */
  hiddenFrom({ authority, kind, chatId, senderId }: NewMessageEntry): number | undefined {
    if (!authority || kind === 'support') return undefined
    const other = this.#otherOf(chatId, senderId)
    return other !== undefined && this.#known.blocks.has(pairKey(other, senderId))
      ? other
      : undefined
  }

  #refuseStranger(entry: NewEntry, chat: KnownChat): Refused {
    const isVisible = chat.visibility === 'public' && !this.isBanned(chat.chatId, entry.senderId)
    return isVisible
      ? refuse(entry, 'FORBIDDEN', `Only members of chat ${chat.chatId} do this: join it first`)
      : noChat(entry, chat.chatId)
  }

  #refuseBlocker(entry: NewMessageEntry): Refused | undefined {
    const other = this.#otherOf(entry.chatId, entry.senderId)
    return other !== undefined && this.#known.blocks.has(pairKey(entry.senderId, other))
      ? refuse(entry, 'FORBIDDEN', `You have blocked user ${other}`)
      : undefined
  }

  #slowDown(entry: NewMessageEntry, chat: KnownChat | undefined): Refused | undefined {
    const { slowModeSeconds = 0 } = chat ?? {}
    const member = this.member(entry.chatId, entry.senderId)
    if (slowModeSeconds === 0 || !member?.lastWritten || isAtLeast(member.role, 'moderator'))
      return undefined
    const nextMs = Date.parse(member.lastWritten) + slowModeSeconds * 1000
    const retryAfterMs = Math.min(nextMs - this.#createdAtMs, slowModeSeconds * 1000)
    if (retryAfterMs <= 0) return undefined
    const reason = `This chat takes a message of yours every ${slowModeSeconds} seconds`
    return { ...refuse(entry, 'RATE_LIMITED', reason), retryAfterMs }
  }

  /**
   * Why the sender may not change what both users of a direct chat see, because the other wants nothing
   * of the sender; undefined where that is allowed.
   */
  refusalOfBlocked(entry: NewEntry, { kind, chatId, hiddenFrom }: Target): Refused | undefined {
    if (!entry.authority || kind === 'support' || hiddenFrom !== undefined) return undefined
    const other = this.#otherOf(chatId, entry.senderId)
    return other !== undefined && this.#known.blocks.has(pairKey(other, entry.senderId))
      ? refuse(entry, 'FORBIDDEN', 'Nothing of this chat can be changed now')
      : undefined
  }

  /** The other user of a direct chat. */
  #otherOf(chatId: number, userId: number): number | undefined {
    return this.#known.chats.get(chatId)?.direct?.find((id) => id !== userId)
  }
}

/** A chat that does not exist, at least not for the sender. */
export function noChat(
  entry: NewEntry,
  chatId: number,
  kind: 'chat' | 'support' = 'chat',
): Refused {
  const what = kind === 'chat' ? 'chat' : 'support chat'
  return refuse(entry, 'NOT_FOUND', `There is no ${what} ${chatId}`)
}

/** Somebody whom the sender cannot bring into a chat, which is all that is said of why. */
export function refuseToReach(entry: Pick<New, 'clientId'>, userId: number): Refused {
  return refuse(entry, 'FORBIDDEN', `User ${userId} cannot be added or written to by you`)
}

export function refuse(
  { clientId }: Pick<New, 'clientId'>,
  code: Refused['refused'],
  reason: string,
): Refused {
  return { refused: code, reason, clientId }
}
