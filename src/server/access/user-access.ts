import { chatKey } from '../../protocol/chat.ts'
import { type ChatRole, isAtLeast } from '../../protocol/chat-role.ts'
import { MAX_PRESENCE_MEMBERS } from '../../protocol/limits.ts'
import type { ChatState } from '../../storage/access-entries.ts'
import { isGrantedBy } from '../../storage/entry-base.ts'

/** A chat that somebody who is online is a member of, shared by all of them. */
export interface SharedChat {
  state: ChatState
  /** Those of its members that are online here. */
  seats: number
}

/** A user's place in a chat. */
export interface Seat {
  role: ChatRole
  /** The log's offset when the user joined. */
  readonly joinedOffset: number
  /** ISO 8601. */
  mutedUntil: string | undefined
  readonly chat: SharedChat
}

/** What holds of a user in a chat that the user may come into by a token. */
export interface Visit {
  /** Undefined of a chat that only tokens know of. */
  chat: SharedChat | undefined
  madeAt: string | undefined
  /** The log's offset when the user first came so. */
  joinedOffset: number
  /** ISO 8601. */
  mutedUntil: string | undefined
  /** Until when the user is kept out; null is for good, undefined is not. */
  bannedUntil: string | null | undefined
}

/** What one user who is online may read: kept up to date by the entries of the log. */
export class UserAccess {
  readonly userId: number
  /** `chatKey` → the user's place there. */
  readonly seats = new Map<string, Seat>()
  /** `chatKey` of a chat that a token of the user names → what holds of the user there. */
  readonly visits = new Map<string, Visit>()
  /** `chatKey`s of the support chats that the user has opened. */
  readonly supportChats = new Set<string>()
  /** Users whose direct messages the user does not want. */
  readonly blocked = new Set<number>()
  /** Users who have blocked this one: their presence and their profile are not for the user. */
  readonly blockers = new Set<number>()
  /** Connections that use it, or are about to. */
  uses = 0

  constructor(userId: number) {
    this.userId = userId
  }

  /** The chats that the user may read. */
  *chats(): Iterable<string> {
    yield* this.seats.keys()
    yield* this.supportChats
  }

  has(chat: string): boolean {
    return this.seats.has(chat) || this.supportChats.has(chat)
  }

  /** The offset above which the user may read a chat's messages; undefined if not at all. */
  readsAbove(chat: string): number | undefined {
    const seat = this.seats.get(chat)
    if (seat) return seat.chat.state.history === 'all' ? 0 : seat.joinedOffset
    return this.supportChats.has(chat) ? 0 : undefined
  }

  /** Whether the user has come into a chat at an offset or later. */
  isNewIn(chat: string, offset = Number.POSITIVE_INFINITY): boolean {
    const came = [this.seats.get(chat), this.visits.get(chat)].map((one) => one?.joinedOffset)
    const known = came.filter((one) => one !== undefined)
    return known.length > 0 && Math.min(...known) >= offset
  }

  /**
   * The offset above which the user may read a chat by a token that names it; undefined where that opens
   * the chat no more, or never did.
   */
  visitsAbove(chat: string, issuedAtMs: number | undefined): number | undefined {
    const visit = this.visits.get(chat)
    if (!visit || isAhead(visit.bannedUntil) || !isGrantedBy(issuedAtMs, visit.madeAt))
      return undefined
    return visit.chat && visit.chat.state.history !== 'all' ? visit.joinedOffset : 0
  }

  isMuted(chat: string): boolean {
    const mutedUntil = (this.seats.get(chat) ?? this.visits.get(chat))?.mutedUntil
    return mutedUntil !== undefined && isAhead(mutedUntil)
  }

  mayModerate(chat: string): boolean {
    const role = this.seats.get(chat)?.role
    return role !== undefined && isAtLeast(role, 'moderator')
  }

  /** Whether nothing that another user does in a chat is to reach this one: one of the two has blocked the other. */
  isDeafTo(chat: string, userId: number): boolean {
    const isApart = this.blocked.has(userId) || this.blockers.has(userId)
    return isApart && this.seats.get(chat)?.chat.state.direct !== undefined
  }

  /** The chats whose readers see that the user is online: those that are not too large for it. */
  presenceChats(): string[] {
    const small = [...this.seats]
      .filter(([, { chat }]) => chat.state.memberCount <= MAX_PRESENCE_MEMBERS)
      .map(([key]) => key)
    return [...small, ...this.supportChats]
  }
}

/** Whether something lasts: until a time that is yet to come, or for good. */
function isAhead(until: string | null | undefined): boolean {
  return until === null || (until !== undefined && Date.parse(until) > Date.now())
}

export function keyOfChat(chatId: number): string {
  return chatKey('chat', chatId)
}
