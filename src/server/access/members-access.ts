import { type Chat, chatKey } from '../../protocol/chat.ts'
import { isAtLeast } from '../../protocol/chat-role.ts'
import type { ChatEntry, ChatState, MembersEntry } from '../../storage/access-entries.ts'
import type { AccessRecords, Reader } from '../../storage/access-records.ts'
import type { LogEntry, MessageEntry } from '../../storage/entries.ts'
import type { Authority } from '../../storage/entry-base.ts'
import { membersPlaceOf } from '../frames/place-of-entry.ts'
import type { Access, PassingAct } from './access.ts'
import { ConnectionFilter } from './connection-filter.ts'
import { eachPage } from './each-page.ts'
import { TokenVisits } from './token-visits.ts'
import { keyOfChat, type Seat, type SharedChat, UserAccess } from './user-access.ts'
import type { Viewer } from './viewer.ts'

/** Users who have blocked one and are looked at: beyond that, they are not hidden from the one. */
const MAX_BLOCKERS = 100_000

const NOBODY: ReadonlySet<number> = new Set()

/** Hears of which chats the connections of a user are to be sent from now on. */
export interface AccessListener {
  /**
   * Before the user gains a chat that others have had, or loses it: what was told of it until now is for
   * who had it until now.
   */
  beforeChange(userId: number): void
  gained(userId: number, chat: string): void
  lost(userId: number, chat: string): void
  /** What a token opens to the user may have changed for a chat that it names. */
  visits(userId: number, chat: string): void
  /** A user has blocked another who is online, or no longer. */
  hid(userId: number, from: { readonly userId: number; readonly isHidden: boolean }): void
}

export interface MembersAccessOptions {
  readonly isOnline: (userId: number) => boolean
  /** Chats that a user may make within 24 hours; 0 is no limit. */
  readonly chatsPerDay: number
}

interface NewSeat extends Omit<Seat, 'joinedOffset' | 'chat'> {
  readonly offset: number
  readonly state: ChatState
}

interface Opened {
  readonly access: UserAccess
  /** Resolves when the memberships are read. */
  readonly loaded: Promise<void>
  /** `chatKey`s that entries told of while they were read: they know better. */
  readonly told: Set<string>
  /** What else was told meanwhile. */
  readonly missed: (ChatEntry | MembersEntry)[]
}

/**
 * Who may read what where chats have members. What the users may read that are online is read once, and
 * changed by the entries of the log from then on.
 */
export class MembersAccess implements Access {
  readonly mode = 'members'
  readonly placeOf = membersPlaceOf
  readonly #records: AccessRecords
  readonly #isOnline: (userId: number) => boolean
  readonly #chatsPerDay: number
  readonly #users = new Map<number, Opened>()
  /** Those of them whose memberships are being read. */
  readonly #loading = new Set<Opened>()
  /** Chats of users that are online. */
  readonly #chats = new Map<string, SharedChat>()
  readonly #listeners: Partial<AccessListener>[] = []
  readonly #visits: TokenVisits

  constructor(records: AccessRecords, { isOnline, chatsPerDay }: MembersAccessOptions) {
    this.#records = records
    this.#isOnline = isOnline
    this.#chatsPerDay = chatsPerDay
    this.#visits = new TokenVisits({
      records,
      enterChat: (key, state) => this.#enterChat(key, state),
      leaveChat: (key, chat) => this.#leaveChat(key, chat),
    })
  }

  listen(listener: Partial<AccessListener>): void {
    this.#listeners.push(listener)
  }

  async open(viewer: Viewer): Promise<ConnectionFilter> {
    const opened = this.#users.get(viewer.userId) ?? this.#begin(viewer.userId)
    opened.access.uses += 1
    try {
      await opened.loaded
      await this.#visits.enter(opened.access, viewer)
    } catch (error) {
      this.release(viewer.userId)
      throw error
    }
    return new ConnectionFilter(opened.access, viewer)
  }

  async enter(viewer: Viewer): Promise<void> {
    const opened = this.#users.get(viewer.userId)
    if (opened) await this.#visits.enter(opened.access, viewer)
  }

  release(userId: number): void {
    const opened = this.#users.get(userId)
    if (!opened) return
    opened.access.uses -= 1
    if (!this.#isOnline(userId)) this.forget(userId)
  }

  forget(userId: number): void {
    const opened = this.#users.get(userId)
    if (!opened || opened.access.uses > 0) return
    this.#users.delete(userId)
    this.#visits.forget(opened.access)
    for (const [key, { chat }] of opened.access.seats) this.#leaveChat(key, chat)
  }

  narrow(viewer: Viewer, chats: ReadonlySet<string> | undefined): ConnectionFilter {
    return new ConnectionFilter(this.#users.get(viewer.userId)!.access, viewer, chats)
  }

  apply(entry: LogEntry): void {
    if (entry.type === 'chat' || entry.type === 'members') {
      for (const { missed } of this.#loading) missed.push(entry)
      this.#applyToVisits(entry)
    }
    switch (entry.type) {
      case 'chat':
        this.#applyChat(entry)
        break
      case 'members':
        this.#applyMembers(entry)
        break
      case 'block':
        this.#applyBlock(entry.senderId, entry.id, entry.isBlocked)
        break
      case 'message':
        if (entry.kind === 'support') this.#applySupportMessage(entry)
    }
  }

  readsAbove(viewer: Viewer, chat: Chat): number | undefined | Promise<number | undefined> {
    if (chat.kind === 'support' && viewer.isAgent) return 0
    const access = this.#users.get(viewer.userId)?.access
    const known = access && aboveOf(access, viewer, chat)
    return known ?? this.#readStored(viewer, chat)
  }

  mayPass(viewer: Viewer, { kind, id }: Chat, act: PassingAct): boolean {
    if (kind === 'support' && viewer.isAgent) return true
    const access = this.#users.get(viewer.userId)?.access
    const key = chatKey(kind, id)
    if (!access) return false
    const isOpened = access.visitsAbove(key, viewer.issuedAtMs) !== undefined
    const granted = isOpened ? viewer.granted.get(id) : undefined
    const role = granted ?? access.seats.get(key)?.role
    if (role === undefined) return access.supportChats.has(key)
    return act === 'receipt' || (isAtLeast(role, 'member') && !access.isMuted(key))
  }

  async readerOf(viewer: Viewer): Promise<Reader> {
    const { userId, isAgent, issuedAtMs } = viewer
    const ids = [...viewer.granted.keys()]
    const known = this.#users.get(userId)?.access
    const isKnown = known && ids.every((id) => known.visits.has(keyOfChat(id)))
    const access = isKnown ? known : await this.#visit(viewer)
    const granted = ids.filter((id) => access.visitsAbove(keyOfChat(id), issuedAtMs) !== undefined)
    return { userId, isAgent, granted }
  }

  moderatedByToken(viewer: Viewer): number[] {
    const access = this.#users.get(viewer.userId)?.access
    return [...viewer.granted].flatMap(([id, role]) => {
      const isOpened = access?.visitsAbove(keyOfChat(id), viewer.issuedAtMs) !== undefined
      return isOpened && isAtLeast(role, 'moderator') ? [id] : []
    })
  }

  authorityOf({ isAgent, isAdmin, granted, issuedAtMs }: Viewer): Authority {
    return { isAgent, isAdmin, granted, issuedAtMs, chatsPerDay: this.#chatsPerDay }
  }

  hiddenFrom(userId: number): ReadonlySet<number> {
    return this.#users.get(userId)?.access.blockers ?? NOBODY
  }

  presenceChats(userId: number): readonly string[] {
    return this.#users.get(userId)?.access.presenceChats() ?? []
  }

  #tell<Event extends keyof AccessListener>(
    event: Event,
    ...what: Parameters<AccessListener[Event]>
  ): void {
    for (const listener of this.#listeners)
      (listener[event] as ((...told: typeof what) => void) | undefined)?.(...what)
  }

  #begin(userId: number): Opened {
    const access = new UserAccess(userId)
    const told = new Set<string>()
    const opened: Opened = { access, told, missed: [], loaded: this.#load(access, told) }
    this.#users.set(userId, opened)
    this.#loading.add(opened)
    const end = () => this.#loading.delete(opened)
    opened.loaded.then(() => {
      end()
      for (const entry of opened.missed) this.#applyTo(access, entry)
    }, end)
    return opened
  }

  async #load(access: UserAccess, told: ReadonlySet<string>): Promise<void> {
    const { userId } = access
    for (const id of await this.#records.blockedBy(userId))
      if (!told.has(`block ${id}`)) access.blocked.add(id)
    const records = this.#records
    const itself = (id: number) => id
    for await (const ids of eachPage((page) => records.blockersOf(userId, page), itself)) {
      for (const id of ids) if (!told.has(`blocker ${id}`)) access.blockers.add(id)
      if (access.blockers.size >= MAX_BLOCKERS) break
    }
    const memberships = eachPage(
      (page) => records.membershipsOf(userId, page),
      ({ chat }) => chat.chatId,
    )
    for await (const page of memberships)
      for (const { chat, role, joinedOffset, mutedUntil } of page) {
        const key = keyOfChat(chat.chatId)
        if (told.has(key)) continue
        const shared = this.#enterChat(key, chat)
        access.seats.set(key, { role, joinedOffset, mutedUntil, chat: shared })
      }
    for await (const ids of eachPage((page) => records.supportChatsOf(userId, page), itself))
      for (const id of ids) access.supportChats.add(chatKey('support', id))
  }

  /** Has what was read of a user's chats follow what was told while it was read. */
  #applyTo({ userId, seats }: UserAccess, entry: ChatEntry | MembersEntry): void {
    const seat = seats.get(keyOfChat(entry.chatId))
    if (!seat) return
    seat.chat.state = entry.state
    if (entry.type === 'chat') return
    const role = entry.roles.find((grant) => grant.userId === userId)?.role
    if (role) seat.role = role
    const muted = entry.muted.find((mute) => mute.userId === userId)
    if (muted) seat.mutedUntil = muted.until ?? undefined
  }

  /** For who is not connected, or not a member: public chats can be read by anyone. */
  async #readStored(viewer: Viewer, { kind, id }: Chat): Promise<number | undefined> {
    const { userId } = viewer
    if (kind === 'support') return (await this.#records.customerOf(id)) === userId ? 0 : undefined
    const [[chat], [member]] = await Promise.all([
      this.#records.findChats([id]),
      this.#records.findMembers(id, [userId]),
    ])
    const visit = viewer.granted.has(id) ? await this.#visit(viewer) : undefined
    const byToken = visit?.visitsAbove(keyOfChat(id), viewer.issuedAtMs)
    if (byToken !== undefined && !member) return byToken
    if (!chat) return undefined
    if (member) return chat.history === 'all' ? 0 : member.joinedOffset
    if (chat.visibility !== 'public' || (await this.#records.isBannedFrom(id, userId)))
      return undefined
    return chat.history === 'all' ? 0 : Number.POSITIVE_INFINITY
  }

  /** What holds where the token of somebody who is not connected lets that user in. */
  async #visit(viewer: Viewer): Promise<UserAccess> {
    const access = new UserAccess(viewer.userId)
    await this.#visits.enter(access, viewer)
    this.#visits.forget(access, { isKept: true })
    return access
  }

  /** Has visitors sent a chat that lets them in again, and no more what keeps them out. */
  #applyToVisits(entry: ChatEntry | MembersEntry): void {
    const key = keyOfChat(entry.chatId)
    for (const { userId } of this.#visits.apply(entry)) {
      this.#tell('beforeChange', userId)
      this.#tell('visits', userId, key)
    }
  }

  #applyChat({ chatId, state, added, offset }: ChatEntry): void {
    const key = keyOfChat(chatId)
    const shared = this.#chats.get(key)
    if (shared) shared.state = state
    for (const { userId, role, mutedUntil } of added)
      this.#seat(userId, key, { role, mutedUntil, offset, state })
  }

  #applyMembers({ chatId, added, removed, roles, muted, state, offset }: MembersEntry): void {
    const key = keyOfChat(chatId)
    const shared = this.#chats.get(key)
    if (shared) shared.state = state
    for (const { userId, role, mutedUntil } of added) {
      if (this.#users.has(userId)) this.#tell('beforeChange', userId)
      this.#seat(userId, key, { role, mutedUntil, offset, state })
    }
    for (const userId of removed) this.#unseat(userId, key)
    for (const { userId, role } of roles) {
      const seat = this.#users.get(userId)?.access.seats.get(key)
      if (seat) seat.role = role
    }
    for (const { userId, until } of muted) {
      const seat = this.#users.get(userId)?.access.seats.get(key)
      if (seat) seat.mutedUntil = until ?? undefined
    }
  }

  #seat(userId: number, key: string, { role, mutedUntil, offset, state }: NewSeat): void {
    const opened = this.#users.get(userId)
    if (!opened) return
    opened.told.add(key)
    const before = opened.access.seats.get(key)
    const chat = before?.chat ?? this.#enterChat(key, state)
    opened.access.seats.set(key, { role, joinedOffset: offset, mutedUntil, chat })
    this.#tell('gained', userId, key)
  }

  #unseat(userId: number, key: string): void {
    const opened = this.#users.get(userId)
    if (!opened) return
    opened.told.add(key)
    const seat = opened.access.seats.get(key)
    if (!seat) return
    this.#tell('beforeChange', userId)
    opened.access.seats.delete(key)
    this.#leaveChat(key, seat.chat)
    this.#tell('lost', userId, key)
  }

  #applyBlock(userId: number, blockedId: number, isBlocked: boolean): void {
    const blocker = this.#users.get(userId)
    blocker?.told.add(`block ${blockedId}`)
    if (isBlocked) blocker?.access.blocked.add(blockedId)
    else blocker?.access.blocked.delete(blockedId)
    const blocked = this.#users.get(blockedId)
    if (!blocked) return
    blocked.told.add(`blocker ${userId}`)
    if (isBlocked) blocked.access.blockers.add(userId)
    else blocked.access.blockers.delete(userId)
    this.#tell('hid', userId, { userId: blockedId, isHidden: isBlocked })
  }

  /** Whoever opened a support chat may read it from then on. */
  #applySupportMessage({ chatId, senderId, isFromCustomer }: MessageEntry): void {
    const access = isFromCustomer ? this.#users.get(senderId)?.access : undefined
    if (!access) return
    const key = chatKey('support', chatId)
    access.supportChats.add(key)
    this.#tell('gained', senderId, key)
  }

  #enterChat(key: string, state: ChatState): SharedChat {
    const shared = this.#chats.get(key) ?? { state, seats: 0 }
    shared.seats += 1
    this.#chats.set(key, shared)
    return shared
  }

  #leaveChat(key: string, shared: SharedChat): void {
    shared.seats -= 1
    if (shared.seats === 0) this.#chats.delete(key)
  }
}

/** The offset above which a user who is connected may read a chat, by membership or by a token. */
function aboveOf(
  access: UserAccess,
  { granted, issuedAtMs }: Viewer,
  { kind, id }: Chat,
): number | undefined {
  const key = chatKey(kind, id)
  const isNamed = kind === 'chat' && granted.has(id)
  const byToken = isNamed ? access.visitsAbove(key, issuedAtMs) : undefined
  const above = access.readsAbove(key)
  if (above === undefined || byToken === undefined) return above ?? byToken
  return Math.min(above, byToken)
}
