import { MAX_CHATS_PER_USER } from '../protocol/limits.ts'
import type { AccessChanges, ChatCount, KnownAccess, Place } from './access-changes.ts'
import { DAY_MS, pairKey } from './access-changes.ts'
import type { MemberGrant } from './access-entries.ts'
import type { KnownChat, Member, Standing } from './access-records.ts'
import type { AccessRules } from './access-rules.ts'
import { refuse, refuseToReach } from './access-rules.ts'
import type { NewEntry } from './entries.ts'
import type { Refused } from './store.ts'

/** What an entry comes to, but for its place in the log. */
export type Draft<Entry> = Omit<Entry, 'offset' | 'createdAt'>

/** An entry to be stored, or one that asks for what is so already, or what is said against it. */
export type Decision<Entry> =
  | { readonly stored: Draft<Entry> }
  | { readonly same: Draft<Entry> }
  | Refused

export interface PlanContext {
  readonly known: KnownAccess
  readonly changes: AccessChanges
  readonly rules: AccessRules
  /** ISO 8601. */
  readonly createdAt: string
}

export const DIRECT_IS_FIXED = 'A direct chat has its two users, and nothing of it can be changed'

/** What an act was about. */
export interface ActAbout {
  readonly userId?: number | undefined
  readonly kind?: 'chat' | 'support'
  readonly chatId?: number
  readonly messageId?: number
  readonly detail?: object | undefined
}

/** How a user becomes a member: by the entry with an offset, and by whom. */
interface NewSeat {
  readonly role: MemberGrant['role']
  readonly offset: number
  readonly by: number
}

const NOTHING: Standing = {
  ...{ role: undefined, mutedUntil: undefined, lastWritten: undefined, joinedOffset: undefined },
}

/** The chats and members of a batch, as its entries leave them one after the other. */
export class PlannedChats {
  readonly #context: PlanContext

  constructor(context: PlanContext) {
    this.#context = context
  }

  set(chat: KnownChat): void {
    this.#context.known.chats.set(chat.chatId, chat)
    this.#context.changes.chats.set(chat.chatId, chat)
  }

  /**
   * Makes a user a member of a chat, for whom still holds what held when the user was one before: a mute, and
   * when the user wrote last.
   *
   * @returns what is told of it
   */
  seat(chatId: number, userId: number, { role, offset, by }: NewSeat): MemberGrant {
    const { known, changes, rules } = this.#context
    const standing = known.standings.get(pairKey(chatId, userId))
    const isMuted = rules.isAhead(standing?.mutedUntil)
    const mutedUntil = isMuted ? standing?.mutedUntil : undefined
    this.setMember(chatId, {
      ...{ userId, role, joinedOffset: offset, mutedUntil },
      ...{ mutedBy: isMuted ? standing?.mutedBy : undefined, lastWritten: standing?.lastWritten },
      addedBy: by === userId ? undefined : by,
    })
    if (standing)
      this.setStanding({ chatId, userId }, { ...NOTHING, joinedOffset: standing.joinedOffset })
    changes.joined.push({ chatId, userId })
    this.#countChats(userId, 1, by === userId)
    this.#listChats(userId, (chats) => [...chats, chatId].sort((a, b) => a - b))
    if (role === 'owner') this.countOwners(chatId, 1)
    return { userId, role, mutedUntil }
  }

  /** Ends a membership. What was said against the member holds on, for when the user comes back. */
  unseat(chatId: number, userId: number): void {
    const { known, changes, rules } = this.#context
    const key = pairKey(chatId, userId)
    const { role, mutedUntil, mutedBy, lastWritten, addedBy } = known.members.get(key)!
    if (role === 'owner') this.countOwners(chatId, -1)
    const isMuted = rules.isAhead(mutedUntil)
    this.setStanding(
      { chatId, userId },
      {
        role: role === 'reader' ? role : undefined,
        mutedUntil: isMuted ? mutedUntil : undefined,
        mutedBy: isMuted ? mutedBy : undefined,
        lastWritten,
        joinedOffset: known.standings.get(key)?.joinedOffset,
      },
    )
    known.members.delete(key)
    changes.members.set(key, { chatId, userId, member: null })
    this.#countChats(userId, -1, addedBy === undefined)
    this.#listChats(userId, (chats) => chats.filter((id) => id !== chatId))
  }

  setMember(chatId: number, member: Member): void {
    const key = pairKey(chatId, member.userId)
    this.#context.known.members.set(key, member)
    this.#context.changes.members.set(key, { chatId, userId: member.userId, member })
  }

  /** Notes what holds of a user who is no member of a chat. */
  setStanding({ chatId, userId }: Place, standing: Standing): void {
    const { known, changes } = this.#context
    const key = pairKey(chatId, userId)
    const isNothing = Object.values(standing).every((value) => value === undefined)
    if (isNothing && !known.standings.has(key)) return
    if (isNothing) known.standings.delete(key)
    else known.standings.set(key, standing)
    changes.standings.set(key, { chatId, userId, standing: isNothing ? null : standing })
  }

  /** A user has written in a chat with a slow mode. */
  noteWritten(place: Place): void {
    const { rules, createdAt: lastWritten } = this.#context
    const member = rules.member(place.chatId, place.userId)
    if (member) this.setMember(place.chatId, { ...member, lastWritten })
    else {
      const standing = rules.standing(place.chatId, place.userId) ?? NOTHING
      this.setStanding(place, { ...standing, lastWritten })
    }
  }

  isLastOwner(chatId: number, { role }: Member): boolean {
    return role === 'owner' && (this.#context.known.ownerCounts.get(chatId) ?? 0) <= 1
  }

  countOwners(chatId: number, change: number): void {
    const { ownerCounts } = this.#context.known
    ownerCounts.set(chatId, (ownerCounts.get(chatId) ?? 0) + change)
  }

  /**
   * Why users cannot be in one chat more; undefined where they can. What others have done counts apart, so
   * that they cannot keep anyone from an own chat; and it is not told of anyone but the sender.
   */
  refusalOfMore(entry: NewEntry, userIds: readonly number[]): Refused | undefined {
    const { senderId } = entry
    const full = userIds.find((userId) => {
      const { own, byOthers } = this.#chatCount(userId)
      return (userId === senderId ? own : byOthers) >= MAX_CHATS_PER_USER
    })
    if (full === undefined) return undefined
    const reason = `You have made and joined ${MAX_CHATS_PER_USER} chats, which is the most: leave some`
    return full === senderId ? refuse(entry, 'FORBIDDEN', reason) : refuseToReach(entry, full)
  }

  /** Why the sender cannot make a chat now, having made as many as may be within a day. */
  refusalOfMaking(entry: NewEntry): Refused | undefined {
    const { senderId, authority } = entry
    const { chatsPerDay = 0, isAdmin } = authority ?? {}
    const made = this.#context.known.madeChats.get(senderId)
    if (chatsPerDay === 0 || isAdmin || !made || made.count < chatsPerDay) return undefined
    const next = new Date(Date.parse(made.oldest) + DAY_MS).toISOString()
    const reason = `You have made ${made.count} chats within a day, which is the most: make the next after ${next}`
    return refuse(entry, 'FORBIDDEN', reason)
  }

  /** The sender has made a chat. */
  noteMade({ senderId }: NewEntry): void {
    const { known, createdAt } = this.#context
    const { count, oldest } = known.madeChats.get(senderId) ?? { count: 0, oldest: createdAt }
    known.madeChats.set(senderId, { count: count + 1, oldest })
  }

  #listChats(userId: number, change: (chats: readonly number[]) => readonly number[]): void {
    const { chatsOfUsers } = this.#context.known
    const chats = chatsOfUsers.get(userId)
    if (chats) chatsOfUsers.set(userId, change(chats))
  }

  #chatCount(userId: number): ChatCount {
    return this.#context.known.chatCounts.get(userId) ?? { own: 0, byOthers: 0 }
  }

  #countChats(userId: number, change: number, isOwn: boolean): void {
    const { own, byOthers } = this.#chatCount(userId)
    const counts = isOwn ? { own: own + change, byOthers } : { own, byOthers: byOthers + change }
    this.#context.known.chatCounts.set(userId, counts)
  }
}

/** Notes what an admin or a moderator does. */
export function noteAct(
  { changes, createdAt }: PlanContext,
  { senderId }: NewEntry,
  act: string,
  { userId, kind, chatId, messageId, detail }: ActAbout,
): void {
  changes.acts.push({
    // 0 is whoever has the admin token.
    ...{ at: createdAt, actorId: senderId || null, act, userId, kind, chatId, messageId },
    detail: detail && JSON.stringify(detail),
  })
}
