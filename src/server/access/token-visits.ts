import type { ChatEntry, ChatState, MembersEntry } from '../../storage/access-entries.ts'
import type { AccessRecords } from '../../storage/access-records.ts'
import { keyOfChat, type SharedChat, type UserAccess } from './user-access.ts'
import type { Viewer } from './viewer.ts'

type ChatNews = ChatEntry | MembersEntry

export interface TokenVisitsParts {
  readonly records: Pick<AccessRecords, 'enterByToken'>
  /** Counts a visit of a chat in, and out again: its state is kept up to date meanwhile. */
  enterChat(key: string, state: ChatState): SharedChat
  leaveChat(key: string, chat: SharedChat): void
}

/**
 * What holds of users in the chats that their tokens name: read when they connect, and kept up to date by
 * the entries of the log. Which of these a token opens is decided where it is asked.
 */
export class TokenVisits {
  readonly #parts: TokenVisitsParts
  /** `chatKey` → the users who visit it. */
  readonly #visitors = new Map<string, Set<UserAccess>>()
  /** What is told while visits are read. */
  readonly #missed = new Set<ChatNews[]>()

  constructor(parts: TokenVisitsParts) {
    this.#parts = parts
  }

  /** Reads what holds of a user in the chats that a token names. Throws STORAGE_UNAVAILABLE. */
  async enter(access: UserAccess, { granted }: Pick<Viewer, 'granted'>): Promise<void> {
    if (granted.size === 0) return
    const missed: ChatNews[] = []
    this.#missed.add(missed)
    try {
      const places = await this.#parts.records.enterByToken(access.userId, [...granted.keys()])
      const byId = new Map(places.map((place) => [place.chat.chatId, place]))
      for (const chatId of granted.keys()) {
        const { chat: known, ...place } = byId.get(chatId) ?? { ...UNKNOWN, chat: undefined }
        const key = keyOfChat(chatId)
        this.#leave(key, access)
        const chat = known && this.#parts.enterChat(key, known)
        access.visits.set(key, { ...place, chat, madeAt: known?.madeAt })
        const visitors = this.#visitors.get(key) ?? new Set()
        this.#visitors.set(key, visitors.add(access))
      }
      for (const entry of missed) this.#applyTo(access, entry)
    } finally {
      this.#missed.delete(missed)
    }
  }

  /** A user is not online any more; what is kept of the visits tells how they were. */
  forget(access: UserAccess, { isKept = false } = {}): void {
    const visits = [...access.visits]
    for (const [key] of visits) this.#leave(key, access)
    if (isKept) for (const [key, visit] of visits) access.visits.set(key, visit)
  }

  /** Learns what an entry changes; returns the visitors for whom it may be another chat now. */
  apply(entry: ChatNews): readonly UserAccess[] {
    for (const missed of this.#missed) missed.push(entry)
    const visitors = [...(this.#visitors.get(keyOfChat(entry.chatId)) ?? [])]
    return visitors.filter((access) => this.#applyTo(access, entry))
  }

  #applyTo({ userId, visits }: UserAccess, entry: ChatNews): boolean {
    const key = keyOfChat(entry.chatId)
    const visit = visits.get(key)
    if (!visit) return false
    if (entry.type === 'chat') {
      if (visit.chat || entry.added.length === 0) return false
      // The id that only tokens knew was given out.
      visit.chat = this.#parts.enterChat(key, entry.state)
      visit.madeAt = entry.createdAt
      visit.joinedOffset = entry.offset
      return true
    }
    const mute = entry.muted.find((one) => one.userId === userId)
    if (mute) visit.mutedUntil = mute.until ?? undefined
    if (entry.banned?.userId === userId) visit.bannedUntil = entry.banned.until
    else if (entry.unbanned === userId) visit.bannedUntil = undefined
    else return false
    return true
  }

  #leave(key: string, access: UserAccess): void {
    const visit = access.visits.get(key)
    if (!visit) return
    access.visits.delete(key)
    if (visit.chat) this.#parts.leaveChat(key, visit.chat)
    const visitors = this.#visitors.get(key)
    visitors?.delete(access)
    if (visitors?.size === 0) this.#visitors.delete(key)
  }
}

/** Of a chat that only tokens know of. */
const UNKNOWN = { joinedOffset: 0, mutedUntil: undefined, bannedUntil: undefined }
