import { type ChatRole, isAtLeast } from '../protocol/chat-role.ts'
import type { KnownAccess } from './access-changes.ts'
import { pairKey } from './access-changes.ts'
import type { KnownChat, Member, Standing } from './access-records.ts'
import type { NewEntry, NewMessageEntry } from './entries.ts'
import { isGrantedBy, type New } from './entry-base.ts'
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
  roleOf(entry: New, chatId: number): ChatRole | undefined {
    if (this.isBanned(chatId, entry.senderId)) return undefined
    return this.#grantOf(entry, chatId) ?? this.member(chatId, entry.senderId)?.role
  }

  /** What the sender's token grants in a chat, to who is not banned from it. */
  #grantOf({ authority }: New, chatId: number): ChatRole | undefined {
    const { madeAt } = this.#known.chats.get(chatId) ?? {}
    return isGrantedBy(authority?.issuedAtMs, madeAt) ? authority?.granted.get(chatId) : undefined
  }

  /** A user's mute and last message in a chat, as a member or as one who comes by a token. */
  holdsOf(chatId: number, userId: number): Member | Standing | undefined {
    return this.member(chatId, userId) ?? this.standing(chatId, userId)
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
    const { chatId, offset } = target
    const chat = this.#known.chats.get(chatId)
    const role = this.roleOf(entry, chatId)
    if (!chat) return role !== undefined
    if (role !== undefined)
      return chat.history === 'all' || offset > this.#joinedOffset(chatId, senderId)
    const isOpen = chat.visibility === 'public' && chat.history === 'all'
    return isOpen && !this.isBanned(chatId, senderId)
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
    const { mutedUntil } = this.holdsOf(chatId, entry.senderId) ?? {}
    return this.isAhead(mutedUntil)
      ? refuse(entry, 'FORBIDDEN', `You may not write in this chat until ${mutedUntil}`)
      : undefined
  }

  /** Why the sender may not send a chat message now; undefined where that is allowed. */
  refusalOfMessage(entry: NewMessageEntry): Refused | undefined {
    const { authority, chatId } = entry
    if (!authority) return undefined
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
    const { lastWritten } = this.holdsOf(entry.chatId, entry.senderId) ?? {}
    if (slowModeSeconds === 0 || !lastWritten) return undefined
    if (isAtLeast(this.roleOf(entry, entry.chatId)!, 'moderator')) return undefined
    const nextMs = Date.parse(lastWritten) + slowModeSeconds * 1000
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

  /** When the user came into a chat, first of the ways there are; where nobody knows, never. */
  #joinedOffset(chatId: number, userId: number): number {
    const never = Number.POSITIVE_INFINITY
    const byToken = this.standing(chatId, userId)?.joinedOffset ?? never
    return Math.min(this.member(chatId, userId)?.joinedOffset ?? never, byToken)
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
