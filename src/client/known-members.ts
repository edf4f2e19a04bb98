import type { MembersChanged } from '../protocol/access-events.ts'
import type { MemberPayload } from '../protocol/access-fields.ts'
import type { ChatRole } from '../protocol/chat-role.ts'
import { reuse } from './reuse.ts'

/** A member of a chat. */
export interface KnownMember {
  readonly userId: number
  readonly role: ChatRole
  /** Until when the member may not write, ISO 8601, perhaps in the past; undefined where it may. */
  readonly mutedUntil: string | undefined
}

/** Who is in a chat, as far as is known. */
export class KnownMembers {
  readonly #members = new Map<number, KnownMember>()
  /** How many there are; undefined where that is not known. */
  count: number | undefined
  #sorted: readonly KnownMember[] | undefined

  /** The members that are known, by id; the same array until one changed. */
  all(): readonly KnownMember[] {
    this.#sorted ??= [...this.#members.values()].sort((a, b) => a.userId - b.userId)
    return this.#sorted
  }

  /** Whether all are known. */
  get isWhole(): boolean {
    return this.count === this.#members.size
  }

  find(userId: number): KnownMember | undefined {
    return this.#members.get(userId)
  }

  /** The server tells of members. */
  told(members: readonly MemberPayload[]): void {
    for (const { user, role, muted_until } of members)
      this.#set({ userId: user, role, mutedUntil: muted_until })
  }

  /** What a member may do besides stays as it is. */
  roleTold(userId: number, role: ChatRole): void {
    this.#set({ userId, role, mutedUntil: this.find(userId)?.mutedUntil })
  }

  changed({ added = [], removed = [], roles = [], muted = [], members }: MembersChanged): void {
    this.told(added)
    for (const user of removed) this.#members.delete(user)
    for (const { user, role } of roles) this.roleTold(user, role)
    for (const { user, until } of muted) {
      const known = this.find(user)
      if (known) this.#set({ ...known, mutedUntil: until ?? undefined })
    }
    this.count = members
    this.#sorted = undefined
  }

  #set(member: KnownMember): void {
    this.#members.set(member.userId, reuse(this.find(member.userId), member))
    this.#sorted = undefined
  }
}
