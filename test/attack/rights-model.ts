import type { ChatRole } from '../../src/protocol/chat-role.ts'

/** A message as the model knows it. */
export interface ModelMessage {
  readonly number: number
  readonly id: number
  readonly offset: number
  readonly chat: ModelChat
  readonly senderId: number
  readonly hiddenFrom: number | undefined
  isDeleted: boolean
}

export interface ModelMember {
  role: ChatRole
  readonly joinedOffset: number
  /** The rank of who has muted the member; undefined is nobody. */
  mutedBy: number | undefined
}

/** What holds of one who comes back. */
interface ModelFormer {
  readonly isReader: boolean
  readonly mutedBy: number | undefined
}

export interface ModelChat {
  readonly key: string
  readonly id: number
  readonly kind: 'chat' | 'support'
  visibility: 'public' | 'private'
  history: 'all' | 'since_join'
  readonly direct: readonly number[] | undefined
  /** Who opened a support chat. */
  readonly customer: number | undefined
  readonly members: Map<number, ModelMember>
  /** Who is kept out → the rank of who said so. */
  readonly banned: Map<number, number>
  readonly former: Map<number, ModelFormer>
  /** Who has come by a token → the log's offset then. */
  readonly visits: Map<number, number>
  readonly messages: ModelMessage[]
}

const RANK: Record<ChatRole, number> = { reader: 0, member: 1, moderator: 2, owner: 3 }

/**
 * Who may read and do what, said once more, as simply as can be and without a line of the server's:
 * all is computed anew from what has happened.
 */
export class RightsModel {
  readonly chats: ModelChat[] = []
  /** Each at its number less one. */
  readonly messages: ModelMessage[]
  readonly blocks = new Set<string>()
  /** Name of a user → the users who shared a chat with that user when it was set. */
  readonly names = new Map<string, ReadonlySet<number>>()
  readonly agent: number
  /** User → the chats (keys) that the token of the user's connection grants. */
  readonly granted = new Map<number, ReadonlySet<string>>()
  #byKey: Map<string, ModelChat> | undefined

  constructor(agent: number, messages: ModelMessage[] = []) {
    this.agent = agent
    this.messages = messages
  }

  /** The rights as they are now, to be asked later. */
  snapshot(): RightsModel {
    const copy = new RightsModel(this.agent, this.messages)
    for (const chat of this.chats) {
      const members = new Map([...chat.members].map(([id, member]) => [id, { ...member }]))
      copy.chats.push({ ...chat, members, banned: new Map(chat.banned) })
    }
    for (const block of this.blocks) copy.blocks.add(block)
    for (const [userId, chats] of this.granted) copy.granted.set(userId, chats)
    copy.#byKey = new Map(copy.chats.map((chat) => [chat.key, chat]))
    return copy
  }

  /** A chat as it is, or was, here; undefined where there was none yet. */
  find(key: string): ModelChat | undefined {
    return this.#byKey ? this.#byKey.get(key) : this.chats.find((chat) => chat.key === key)
  }

  /** The offset above which a user may read a chat; undefined if not at all. */
  readsAbove(userId: number, chat: ModelChat): number | undefined {
    if (chat.kind === 'support')
      return userId === this.agent || userId === chat.customer ? 0 : undefined
    const member = chat.members.get(userId)
    const never = Number.POSITIVE_INFINITY
    const visit = this.isGuest(userId, chat) ? (chat.visits.get(userId) ?? never) : never
    if (member) return chat.history === 'all' ? 0 : Math.min(member.joinedOffset, visit)
    if (this.isGuest(userId, chat)) return chat.history === 'all' ? 0 : visit
    if (chat.visibility === 'private' || chat.banned.has(userId)) return undefined
    return chat.history === 'all' ? 0 : Number.POSITIVE_INFINITY
  }

  reads(userId: number, message: ModelMessage): boolean {
    const chat = this.find(message.chat.key)
    const above = chat && this.readsAbove(userId, chat)
    return above !== undefined && message.offset > above && message.hiddenFrom !== userId
  }

  /** Whether a user is sent what happens in a chat: public ones only to their members. */
  follows(userId: number, chat: ModelChat): boolean {
    if (chat.kind === 'support') return this.readsAbove(userId, chat) === 0
    return chat.members.has(userId) || this.isGuest(userId, chat)
  }

  /** Whether a token lets a user in, who is not banned. */
  isGuest(userId: number, chat: ModelChat): boolean {
    return this.granted.get(userId)?.has(chat.key) === true && !chat.banned.has(userId)
  }

  /** Whether a user may write and react, but for who has blocked whom. */
  mayTouch(userId: number, chat: ModelChat): boolean {
    if (chat.kind === 'support') return true
    const member = chat.members.get(userId)
    const { mutedBy } = member ?? chat.former.get(userId) ?? {}
    const role = this.isGuest(userId, chat) ? 'member' : (member?.role ?? 'reader')
    return mutedBy === undefined && RANK[role] >= RANK.member
  }

  share(one: number, other: number): boolean {
    if (one === other) return true
    return this.chats.some((chat) => this.follows(one, chat) && this.follows(other, chat))
  }

  /** Whether a user is told who and where another is. */
  sees(userId: number, other: number): boolean {
    return this.share(userId, other) && !this.hasBlocked(other, userId)
  }

  hasBlocked(userId: number, other: number): boolean {
    return this.blocks.has(`${userId} ${other}`)
  }

  mayWrite(userId: number, chat: ModelChat): boolean {
    if (chat.kind === 'support') return this.follows(userId, chat)
    if (!this.mayTouch(userId, chat)) return false
    const other = chat.direct?.find((id) => id !== userId)
    return other === undefined || !this.hasBlocked(userId, other)
  }

  hiddenFrom(userId: number, chat: ModelChat): number | undefined {
    const other = chat.direct?.find((id) => id !== userId)
    return other !== undefined && this.hasBlocked(other, userId) ? other : undefined
  }

  /** Whether a user may do a moderator's or owner's act upon another, who may be no member. */
  mayAct(userId: number, chat: ModelChat, needed: ChatRole, upon?: number): boolean {
    // A token grants no more than a member's rights here, and takes away what a member had.
    const role = this.isGuest(userId, chat) ? 'member' : chat.members.get(userId)?.role
    if (role === undefined || chat.direct || RANK[role] < RANK[needed]) return false
    const other = upon === undefined ? undefined : chat.members.get(upon)?.role
    return other === undefined || role === 'owner' || RANK[role] > RANK[other]
  }

  rank(userId: number, chat: ModelChat): number {
    if (this.isGuest(userId, chat)) return RANK.member
    return RANK[chat.members.get(userId)?.role ?? 'reader']
  }

  /** A user becomes a member, or is one again. */
  seat(
    chat: ModelChat,
    userId: number,
    { role, offset }: { role: ChatRole; offset: number },
  ): void {
    const mutedBy = chat.former.get(userId)?.mutedBy
    chat.members.set(userId, { role, joinedOffset: offset, mutedBy })
    chat.former.delete(userId)
  }

  unseat(chat: ModelChat, userId: number): void {
    const member = chat.members.get(userId)
    if (!member) return
    chat.members.delete(userId)
    chat.former.set(userId, { isReader: member.role === 'reader', mutedBy: member.mutedBy })
  }

  owners(chat: ModelChat): number {
    return [...chat.members.values()].filter(({ role }) => role === 'owner').length
  }
}
