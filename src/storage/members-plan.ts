import type { ChatRole } from '../protocol/chat-role.ts'
import { pairKey } from './access-changes.ts'
import type { MemberAction, MemberGrant, MembersEntry, NewMembersChange } from './access-entries.ts'
import type { KnownChat } from './access-records.ts'
import { noChat, refuse } from './access-rules.ts'
import type { Stored } from './entry-base.ts'
import {
  type Decision,
  DIRECT_IS_FIXED,
  type Draft,
  noteAct,
  type PlanContext,
  type PlannedChats,
} from './plan-context.ts'
import { mayActOn, mayUndo } from './rights.ts'
import type { Refused } from './store.ts'

type AddOthers = Extract<MemberAction, { act: 'add' }> & {
  readonly actor: ChatRole
  readonly offset: number
}

/** What becomes of entries about the members of chats. */
export class MembersPlan {
  readonly #context: PlanContext
  readonly #chats: PlannedChats

  constructor(context: PlanContext, chats: PlannedChats) {
    this.#context = context
    this.#chats = chats
  }

  /** @param offset that the entry gets if it is stored */
  decide(entry: NewMembersChange, offset: number): Decision<MembersEntry> {
    const { chatId, action } = entry
    const chat = this.#context.known.chats.get(chatId)
    if (!chat) return noChat(entry, chatId)
    if (action.act === 'join') return this.#join(entry, chat, offset)
    if (action.act === 'leave') return this.#leave(entry, chat, action.erasure)
    const refused = this.#context.rules.refusalOf(entry, chatId, action.act)
    if (refused) return refused
    if (chat.direct) return refuse(entry, 'FORBIDDEN', DIRECT_IS_FIXED)
    return this.#act(entry, action, { chat, offset })
  }

  #join(entry: NewMembersChange, chat: KnownChat, offset: number): Decision<MembersEntry> {
    const { rules } = this.#context
    const { senderId } = entry
    const { chatId } = chat
    if (rules.member(chatId, senderId)) return { same: membersEntry(entry, chat, {}) }
    if (chat.visibility !== 'public' || rules.isBanned(chatId, senderId))
      return noChat(entry, chatId)
    const full = this.#chats.refusalOfMore(entry, [senderId])
    if (full) return full
    const role = rules.standing(chatId, senderId)?.role ?? 'member'
    return this.#add(entry, chat, [{ userId: senderId, role }], offset)
  }

  #leave(
    entry: NewMembersChange,
    chat: KnownChat,
    erasure: Extract<MemberAction, { act: 'leave' }>['erasure'],
  ): Decision<MembersEntry> {
    const { rules } = this.#context
    const { senderId } = entry
    const member = rules.member(chat.chatId, senderId)
    if (!member) {
      const refused = rules.refusalOf(entry, chat.chatId, 'read')
      return refused ?? { same: membersEntry(entry, chat, {}) }
    }
    if (chat.direct && !erasure) return refuse(entry, 'FORBIDDEN', DIRECT_IS_FIXED)
    const needsHeir = this.#chats.isLastOwner(chat.chatId, member) && chat.memberCount > 1
    if (needsHeir && erasure) return this.#leaveTo(entry, chat, erasure.heir ?? 0)
    if (needsHeir)
      return refuse(entry, 'FORBIDDEN', 'You are its last owner: make another one first (SET_ROLE)')
    return this.#remove(entry, chat, [senderId])
  }

  /** The last owner goes, and another member takes the place. */
  #leaveTo(entry: NewMembersChange, chat: KnownChat, heir: number): Decision<MembersEntry> {
    const { chatId } = chat
    const member = this.#context.rules.member(chatId, heir)
    if (!member) return noMember(entry, heir)
    this.#chats.setMember(chatId, { ...member, role: 'owner' })
    this.#chats.countOwners(chatId, 1)
    const { stored } = this.#remove(entry, chat, [entry.senderId])
    return { stored: { ...stored, roles: [{ userId: heir, role: 'owner' }] } }
  }

  #act(
    entry: NewMembersChange,
    action: Exclude<MemberAction, { act: 'join' } | { act: 'leave' }>,
    { chat, offset }: { chat: KnownChat; offset: number },
  ): Decision<MembersEntry> {
    const { rules } = this.#context
    const { chatId } = chat
    // Where nobody is asked what they may, all is done as by an owner.
    const actor = entry.authority?.isAdmin ? 'owner' : (rules.roleOf(entry, chatId) ?? 'owner')
    const userIds = 'userIds' in action ? action.userIds : [action.userId]
    const above = userIds.find((id) => !mayActOn(actor, rules.member(chatId, id)?.role))
    if (above !== undefined && action.act !== 'add')
      return refuse(entry, 'FORBIDDEN', `User ${above} has the same rights as you, or more`)
    if ('role' in action && !mayActOn(actor, action.role))
      return refuse(entry, 'FORBIDDEN', `A ${actor} cannot make somebody a ${action.role}`)
    switch (action.act) {
      case 'add':
        return this.#addOthers(entry, chat, { ...action, actor, offset })
      case 'remove':
        return this.#removeOthers(entry, chat, action.userIds)
      case 'role':
        return this.#setRole(entry, chat, action)
      case 'mute':
        return this.#mute(entry, chat, { ...action, actor })
      case 'ban':
        return this.#ban(entry, chat, { ...action, actor, offset })
      case 'unban':
        return this.#unban(entry, chat, { ...action, actor })
    }
  }

  #addOthers(
    entry: NewMembersChange,
    chat: KnownChat,
    { userIds, role, actor, offset }: AddOthers,
  ): Decision<MembersEntry> {
    const { rules } = this.#context
    const banned = userIds.find((userId) => rules.isBanned(chat.chatId, userId))
    if (banned !== undefined)
      return refuse(entry, 'FORBIDDEN', `User ${banned} is banned from the chat: lift that first`)
    const fresh = userIds.filter((userId) => !rules.member(chat.chatId, userId))
    if (fresh.length === 0) return { same: membersEntry(entry, chat, {}) }
    const refused = rules.refusalOfSeating(entry, fresh)
    if (refused) return refused
    const full = this.#chats.refusalOfMore(entry, fresh)
    if (full) return full
    // Who was no more than a reader is so again: giving roles is the owners'.
    const roleOf = (userId: number) =>
      actor === 'owner' ? role : (rules.standing(chat.chatId, userId)?.role ?? role)
    const grants = fresh.map((userId) => ({ userId, role: roleOf(userId) }))
    return this.#add(entry, chat, grants, offset)
  }

  #removeOthers(
    entry: NewMembersChange,
    chat: KnownChat,
    userIds: readonly number[],
  ): Decision<MembersEntry> {
    const { known, rules } = this.#context
    const there = userIds.filter((userId) => rules.member(chat.chatId, userId))
    if (there.length === 0) return { same: membersEntry(entry, chat, {}) }
    const owners = there.filter((userId) => rules.member(chat.chatId, userId)?.role === 'owner')
    const left = (known.ownerCounts.get(chat.chatId) ?? 0) - owners.length
    if (owners.length > 0 && left < 1)
      return refuse(entry, 'FORBIDDEN', 'A chat keeps an owner: make another one first (SET_ROLE)')
    for (const userId of there)
      noteAct(this.#context, entry, 'remove', {
        ...{ userId, kind: 'chat', chatId: chat.chatId },
      })
    return this.#remove(entry, chat, there)
  }

  #setRole(
    entry: NewMembersChange,
    chat: KnownChat,
    { userId, role }: { userId: number; role: MemberGrant['role'] },
  ): Decision<MembersEntry> {
    const member = this.#context.rules.member(chat.chatId, userId)
    if (!member) return noMember(entry, userId)
    if (member.role === role) return { same: membersEntry(entry, chat, {}) }
    if (this.#chats.isLastOwner(chat.chatId, member))
      return refuse(entry, 'FORBIDDEN', 'A chat keeps an owner: make another one first (SET_ROLE)')
    this.#chats.countOwners(
      chat.chatId,
      (role === 'owner' ? 1 : 0) - (member.role === 'owner' ? 1 : 0),
    )
    this.#chats.setMember(chat.chatId, { ...member, role })
    noteAct(this.#context, entry, 'role', {
      ...{ userId, kind: 'chat', chatId: chat.chatId },
      detail: { role, before: member.role },
    })
    return { stored: membersEntry(entry, chat, { roles: [{ userId, role }] }) }
  }

  #mute(
    entry: NewMembersChange,
    chat: KnownChat,
    { userId, until, actor }: { userId: number; until: string | null; actor: ChatRole },
  ): Decision<MembersEntry> {
    const { rules } = this.#context
    const { chatId } = chat
    const member = rules.member(chatId, userId)
    const standing = rules.standing(chatId, userId)
    const { mutedUntil, mutedBy } = member ?? standing ?? {}
    if (!member && !standing) return noMember(entry, userId)
    if ((mutedUntil ?? null) === until) return { same: membersEntry(entry, chat, {}) }
    if (rules.isAhead(mutedUntil) && !mayUndo(actor, mutedBy))
      return refuse(
        entry,
        'FORBIDDEN',
        `User ${userId} was muted by an owner: only owners change that`,
      )
    const mute = { mutedUntil: until ?? undefined, mutedBy: until === null ? undefined : actor }
    if (member) this.#chats.setMember(chatId, { ...member, ...mute })
    else this.#chats.setStanding({ chatId, userId }, { ...standing!, ...mute })
    noteAct(this.#context, entry, until === null ? 'unmute' : 'mute', {
      ...{ userId, kind: 'chat', chatId: chat.chatId },
      detail: { until },
    })
    return { stored: membersEntry(entry, chat, { muted: [{ userId, until }] }) }
  }

  #ban(
    entry: NewMembersChange,
    chat: KnownChat,
    ban: Extract<MemberAction, { act: 'ban' }> & { actor: ChatRole; offset: number },
  ): Decision<MembersEntry> {
    const { known, changes, rules, createdAt } = this.#context
    const { userId, until, reason, actor, offset } = ban
    const { chatId } = chat
    const member = rules.member(chatId, userId)
    if (member && this.#chats.isLastOwner(chat.chatId, member))
      return refuse(entry, 'FORBIDDEN', 'A chat keeps an owner: make another one first (SET_ROLE)')
    const key = pairKey(chatId, userId)
    const refused = this.#refusalOfUndoing(entry, chatId, { userId, actor })
    if (refused) return refused
    const stored = { userId, until, reason, at: createdAt, byRole: actor }
    known.bans.set(key, stored)
    changes.bans.set(key, { chatId, userId, ban: stored, by: entry.senderId, offset })
    noteAct(this.#context, entry, 'ban', {
      ...{ userId, kind: 'chat', chatId: chat.chatId },
      detail: { until, reason },
    })
    const banned = { userId, until }
    if (!member) return { stored: membersEntry(entry, chat, { reason, banned }) }
    const decision = this.#remove(entry, chat, [userId])
    return { stored: { ...decision.stored, reason, banned } }
  }

  #unban(
    entry: NewMembersChange,
    chat: KnownChat,
    { userId, actor }: { userId: number; actor: ChatRole },
  ): Decision<MembersEntry> {
    const { known, changes } = this.#context
    const { chatId } = chat
    const key = pairKey(chatId, userId)
    const refused = this.#refusalOfUndoing(entry, chatId, { userId, actor })
    if (refused) return refused
    if (!known.bans.delete(key)) return { same: membersEntry(entry, chat, {}) }
    changes.bans.set(key, { chatId, userId, ban: null, by: entry.senderId, offset: 0 })
    noteAct(this.#context, entry, 'unban', {
      ...{ userId, kind: 'chat', chatId: chat.chatId },
    })
    return { stored: membersEntry(entry, chat, { unbanned: userId }) }
  }

  /** Why a ban that somebody of a higher role has made is not to be lifted, or made another. */
  #refusalOfUndoing(
    entry: NewMembersChange,
    chatId: number,
    { userId, actor }: { userId: number; actor: ChatRole },
  ): Refused | undefined {
    const { known, rules } = this.#context
    const byRole = known.bans.get(pairKey(chatId, userId))?.byRole
    return !rules.isBanned(chatId, userId) || mayUndo(actor, byRole)
      ? undefined
      : refuse(entry, 'FORBIDDEN', `User ${userId} was banned by an owner: only owners change that`)
  }

  #add(
    entry: NewMembersChange,
    chat: KnownChat,
    grants: readonly MemberGrant[],
    offset: number,
  ): { stored: Draft<MembersEntry> } {
    const by = entry.senderId
    const added = grants.map(({ userId, role }) =>
      this.#chats.seat(chat.chatId, userId, { role, offset, by }),
    )
    const after = { ...chat, memberCount: chat.memberCount + added.length }
    this.#chats.set(after)
    return { stored: membersEntry(entry, after, { added }) }
  }

  #remove(
    entry: NewMembersChange,
    chat: KnownChat,
    userIds: readonly number[],
  ): { stored: Draft<MembersEntry> } {
    for (const userId of userIds) this.#chats.unseat(chat.chatId, userId)
    const after = { ...chat, memberCount: chat.memberCount - userIds.length }
    this.#chats.set(after)
    return { stored: membersEntry(entry, after, { removed: userIds }) }
  }
}

function membersEntry(
  { senderId, clientId, action }: NewMembersChange,
  { chatId, madeAt: _, ...state }: KnownChat,
  done: Partial<Omit<MembersEntry, keyof Stored | 'type' | 'act' | 'state'>>,
): Draft<MembersEntry> {
  const nothing = { added: [], removed: [], roles: [], muted: [], reason: undefined }
  const place = { kind: 'chat', chatId, id: chatId, senderId, clientId } as const
  return { type: 'members', ...place, act: action.act, ...nothing, ...done, state }
}

function noMember(entry: NewMembersChange, userId: number): Refused {
  return refuse(entry, 'NOT_FOUND', `User ${userId} is no member of the chat`)
}
