import type { MembersChanged } from '../protocol/access-events.ts'
import type { ChatPayload, MemberPayload } from '../protocol/access-fields.ts'
import type { ChatRole } from '../protocol/chat-role.ts'
import type { ChatSummary } from '../protocol/questions.ts'
import { type KnownMember, KnownMembers } from './known-members.ts'
import type { Notify } from './queries.ts'

/** What a chat is, and what the user is in it. Where access is open, only `notify` is known. */
export interface ChatProfile {
  readonly title: string | undefined
  /** The other user of a direct chat. */
  readonly direct: number | undefined
  /** How it is set, as the server told; undefined until it has. */
  readonly settings: Readonly<ChatPayload> | undefined
  /** The own role; undefined for who is no member, as far as is known. */
  readonly role: ChatRole | undefined
  /** Until when the user may not write, ISO 8601, perhaps in the past. */
  readonly mutedUntil: string | undefined
  /** The members that are known, by id. */
  readonly members: readonly KnownMember[]
  /** How many there are; undefined where that is not known. */
  readonly memberCount: number | undefined
  /** Of what the user wants to be told by sound or sign. */
  readonly notify: Notify
}

/** Keeps the profile of a chat. */
export class KnownProfile {
  readonly #userId: number
  readonly #members = new KnownMembers()
  #title: string | undefined
  #direct: number | undefined
  #settings: ChatPayload | undefined
  #notify: Notify = 'all'

  constructor(userId: number) {
    this.#userId = userId
  }

  state(): ChatProfile {
    const own = this.#members.find(this.#userId)
    return {
      title: this.#title,
      direct: this.#direct,
      settings: this.#settings,
      role: own?.role,
      mutedUntil: own?.mutedUntil,
      members: this.#members.all(),
      memberCount: this.#members.count,
      notify: this.#notify,
    }
  }

  get isMember(): boolean {
    return this.#members.find(this.#userId) !== undefined
  }

  /** Whether all members are known. */
  get isWhole(): boolean {
    return this.#members.isWhole
  }

  setNotify(notify: Notify): void {
    this.#notify = notify
  }

  /** The server tells of the chat, and of some of its members. */
  told(chat: ChatPayload, members: readonly MemberPayload[] = []): void {
    this.#settings = chat
    this.#title = chat.title
    this.#direct = chat.direct?.find((user) => user !== this.#userId)
    this.#members.count = chat.members
    this.#members.told(members)
  }

  membersTold(members: readonly MemberPayload[]): void {
    this.#members.told(members)
  }

  membersChanged(change: MembersChanged): void {
    this.#members.changed(change)
    if (this.#settings) this.#settings = { ...this.#settings, members: change.members }
  }

  summaryTold({ title, direct, role, members, notify = 'all' }: ChatSummary): void {
    this.#notify = notify
    // Where access is open, chats have none of these.
    if (role === undefined && members === undefined) return
    this.#title = title
    this.#direct = direct
    this.#members.count = members ?? this.#members.count
    if (role !== undefined) this.#members.roleTold(this.#userId, role)
  }
}
