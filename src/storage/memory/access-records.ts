import type { ChatKind } from '../../protocol/chat.ts'
import { isAtLeast } from '../../protocol/chat-role.ts'
import { MAX_PRESENCE_MEMBERS } from '../../protocol/limits.ts'
import { uploadPath } from '../../protocol/upload-name.ts'
import { pairKey } from '../access-changes.ts'
import type {
  AccessRecords,
  AdminAction,
  Ban,
  FollowedThread,
  KnownChat,
  ListPage,
  Member,
  Membership,
  Reader,
  Report,
  ReportsPage,
  ThreadCursor,
  TokenPlace,
  UserProfile,
} from '../access-records.ts'
import { MAX_UNREAD } from '../conversation.ts'
import type { MessageEntry } from '../entries.ts'
import type { KeptFor } from '../message-ages.ts'
import { hasWords, wordsOf } from '../search-text.ts'
import { targetKey } from '../target.ts'
import type { KeptFollow, MemoryAccess } from './access-state.ts'
import type { MemoryChatCursors } from './chat-cursors.ts'
import type { MemoryLog } from './memory-log.ts'
import { isBannedFrom, mayRead } from './reading.ts'
import type { MemoryUploads } from './uploads.ts'

const MAX_THREADS = 100

/** Chats of a user that are looked at for those who share them. */
const MAX_SHARED_CHATS = 1_000

/** Who is in which chat, in memory. */
export class MemoryAccessRecords implements AccessRecords {
  readonly #log: MemoryLog
  readonly #uploads: MemoryUploads
  readonly #cursors: MemoryChatCursors

  constructor(parts: { log: MemoryLog; uploads: MemoryUploads; cursors: MemoryChatCursors }) {
    this.#log = parts.log
    this.#uploads = parts.uploads
    this.#cursors = parts.cursors
  }

  async membershipsOf(userId: number, page: ListPage): Promise<Membership[]> {
    const { chats, chatsOf } = this.#access
    return pageOf(chatsOf.get(userId) ?? [], page, (id) => id).map((chatId) => ({
      ...this.#access.member({ chatId, userId })!,
      chat: chats.get(chatId)!,
    }))
  }

  async supportChatsOf(userId: number, page: ListPage): Promise<number[]> {
    const ids = [...this.#log.supportChats.keys()]
    const own = ids.filter((id) => this.#log.customerOf(id) === userId)
    return pageOf(own, page, (id) => id)
  }

  async findChats(chatIds: readonly number[]): Promise<KnownChat[]> {
    return found(chatIds, (id) => this.#access.chats.get(id))
  }

  async findMembers(chatId: number, userIds: readonly number[]): Promise<Member[]> {
    return found(userIds, (userId) => this.#access.member({ chatId, userId }))
  }

  async enterByToken(userId: number, chatIds: readonly number[]): Promise<TokenPlace[]> {
    return found(chatIds, (chatId) => {
      const chat = this.#access.chats.get(chatId)
      if (!chat) return undefined
      const key = pairKey(chatId, userId)
      const standing = this.#access.standings.get(key)
      const joinedOffset = standing?.joinedOffset ?? this.#log.lastOffset
      const { role, mutedUntil, mutedBy, lastWritten } = standing ?? {}
      const entered = { role, mutedUntil, mutedBy, lastWritten, joinedOffset }
      this.#access.standings.set(key, entered)
      const ban = isBannedFrom(this.#log, chatId, userId) ? this.#access.bans.get(key) : undefined
      return { chat, joinedOffset, mutedUntil, bannedUntil: ban?.ban.until }
    })
  }

  async isBannedFrom(chatId: number, userId: number): Promise<boolean> {
    return isBannedFrom(this.#log, chatId, userId)
  }

  async customerOf(supportChatId: number): Promise<number | undefined> {
    return this.#log.customerOf(supportChatId)
  }

  async membersOf(chatId: number, page: ListPage): Promise<Member[]> {
    const members = this.#access.members.get(chatId)?.values() ?? []
    return pageOf(members, page, ({ userId }) => userId)
  }

  async publicChats({
    text,
    ...page
  }: ListPage & { readonly text: string | undefined }): Promise<KnownChat[]> {
    const words = wordsOf(text ?? '')
    const chats = [...this.#access.chats.values()].filter(
      ({ visibility, title }) => visibility === 'public' && hasWords(title ?? '', words),
    )
    return pageOf(chats, page, ({ chatId }) => chatId)
  }

  async findUsers(userIds: readonly number[]): Promise<UserProfile[]> {
    return found(userIds, (id) => this.#access.users.get(id))
  }

  async sharingWith(userId: number, userIds: readonly number[]): Promise<number[]> {
    const own = [...(this.#access.chatsOf.get(userId) ?? [])]
    return [...new Set(userIds)].filter(
      (other) =>
        own.some((chatId) => this.#access.member({ chatId, userId: other })) ||
        this.#hasServed(other, userId) ||
        this.#hasServed(userId, other),
    )
  }

  async blockedBy(userId: number): Promise<number[]> {
    return [...(this.#access.blocks.get(userId) ?? [])].sort((a, b) => a - b)
  }

  async blockersOf(userId: number, page: ListPage): Promise<number[]> {
    const { blocks } = this.#access
    const blockers = [...blocks].flatMap(([id, blocked]) => (blocked.has(userId) ? [id] : []))
    return pageOf(blockers, page, (id) => id)
  }

  async bans(page: ListPage): Promise<Ban[]> {
    const bans = [...this.#access.bans.values()]
    const ofServer = bans.flatMap(({ chatId, ban }) => (chatId === 0 ? [ban] : []))
    return pageOf(ofServer, page, ({ userId }) => userId)
  }

  async pinsOf(kind: ChatKind, chatId: number): Promise<MessageEntry[]> {
    return [...this.#access.pins.values()]
      .filter((pin) => pin.kind === kind && pin.chatId === chatId)
      .sort((a, b) => b.offset - a.offset)
      .flatMap(({ messageId }) => this.#log.message(kind, messageId) ?? [])
  }

  async threadsOf(userId: number): Promise<FollowedThread[]> {
    return [...this.#access.follows.values()]
      .filter((follow) => follow.userId === userId && follow.isFollowed)
      .flatMap((follow) => this.#thread(follow) ?? [])
      .sort((a, b) => newestOf(b) - newestOf(a))
      .slice(0, MAX_THREADS)
  }

  async readThreads(cursors: readonly ThreadCursor[]): Promise<void> {
    for (const { userId, kind, rootId, read } of cursors) {
      const follow = this.#access.follows.get(`${userId} ${targetKey(kind, rootId)}`)
      const newest = this.#log.repliesTo({ kind, id: rootId }).at(-1)?.id ?? 0
      if (follow) follow.read = Math.max(follow.read, Math.min(read, newest))
    }
  }

  async reports({ isAll, moderatorId, byToken = [], ...page }: ReportsPage): Promise<Report[]> {
    const isTheirs = (report: Report) =>
      moderatorId === undefined ||
      this.#moderates(moderatorId, report) ||
      (report.kind === 'chat' && byToken.includes(report.chatId))
    const reports = [...this.#access.reports.values()].filter(
      (report) => (isAll || report.resolvedAt === undefined) && isTheirs(report),
    )
    return pageOf(reports, page, ({ id }) => id)
  }

  async mayReadUpload(name: string, reader: Reader): Promise<boolean> {
    const ownerId = this.#uploads.ownerOf(name)
    if (ownerId === reader.userId) return true
    const owner = ownerId === undefined ? undefined : this.#access.users.get(ownerId)
    const isBlocked = this.#access.blocks.get(ownerId ?? 0)?.has(reader.userId) ?? false
    if (owner?.avatar === uploadPath(name) && !isBlocked) return true
    return this.#log.messagesNaming(name).some((message) => mayRead(this.#log, reader, message))
  }

  async noteAct(act: Omit<AdminAction, 'id'>): Promise<void> {
    this.#access.note(act)
  }

  async acts({
    userId,
    ...page
  }: ListPage & { readonly userId: number | undefined }): Promise<AdminAction[]> {
    const acts = this.#access.acts.filter((act) => userId === undefined || act.userId === userId)
    return pageOf(acts, page, ({ id }) => id)
  }

  async newestActs({
    before,
    limit,
    userId,
  }: Parameters<AccessRecords['newestActs']>[0]): Promise<AdminAction[]> {
    const acts = await this.acts({ userId, after: 0, limit: Number.MAX_SAFE_INTEGER })
    return acts
      .filter(({ id }) => id < before)
      .reverse()
      .slice(0, limit)
  }

  async chatsWithRetention(page: ListPage): Promise<KeptFor[]> {
    const kept = [...this.#access.chats.values()].flatMap(({ chatId, retentionSeconds }) =>
      retentionSeconds === undefined ? [] : { chatId, retentionSeconds },
    )
    return pageOf(kept, page, ({ chatId }) => chatId)
  }

  /** Those who share a chat with a user in which it is told who is here. */
  seenBy(userId: number): Set<number> {
    const chatIds = [...(this.#access.chatsOf.get(userId) ?? [])].sort((a, b) => a - b)
    const users = new Set<number>()
    for (const chatId of chatIds.slice(0, MAX_SHARED_CHATS)) {
      const members = this.#access.members.get(chatId)!
      if (members.size > MAX_PRESENCE_MEMBERS) continue
      for (const id of members.keys()) users.add(id)
    }
    return users
  }

  get #access(): MemoryAccess {
    return this.#log.access
  }

  /** Whether a user has come into a support chat that another opened. */
  #hasServed(userId: number, customer: number): boolean {
    return [...this.#log.supportChats.keys()].some(
      (id) =>
        this.#log.customerOf(id) === customer &&
        this.#cursors.has({ userId, kind: 'support', chatId: id }),
    )
  }

  #moderates(userId: number, { kind, chatId }: Report): boolean {
    const member = kind === 'chat' ? this.#access.member({ chatId, userId }) : undefined
    return member !== undefined && isAtLeast(member.role, 'moderator')
  }

  #thread({ userId, kind, messageId, read }: KeptFollow): FollowedThread | undefined {
    const root = this.#log.message(kind, messageId)
    if (!root) return undefined
    const replies = this.#log.repliesTo(root)
    const unread = replies.filter(
      ({ id, senderId, deletedAt }) => id > read && senderId !== userId && deletedAt === undefined,
    )
    const lastReply = replies.at(-1)
    return {
      root,
      replies: replies.length,
      lastReply: lastReply && { ...lastReply },
      unread: Math.min(unread.length, MAX_UNREAD),
      read,
    }
  }
}

function newestOf({ root, lastReply }: FollowedThread): number {
  return (lastReply ?? root).offset
}

function pageOf<Value>(
  values: Iterable<Value>,
  { after, limit }: ListPage,
  idOf: (value: Value) => number,
): Value[] {
  return [...values]
    .filter((value) => idOf(value) > after)
    .sort((a, b) => idOf(a) - idOf(b))
    .slice(0, limit)
}

function found<Value>(ids: readonly number[], find: (id: number) => Value | undefined): Value[] {
  return [...new Set(ids)].flatMap((id) => find(id) ?? [])
}
