import { type ChatKind, chatKey } from '../../protocol/chat.ts'
import type { Place } from '../access-changes.ts'
import type { Membership, Reader } from '../access-records.ts'
import {
  type ChatCursor,
  type ChatCursors,
  type ChatOfUser,
  MAX_CHATS,
  MAX_UNREAD,
  type MovedCursor,
} from '../conversation.ts'
import { Foremost } from '../foremost.ts'
import { nextTurn } from '../turns.ts'
import { settingsKey } from './access-state.ts'
import type { MemoryLog } from './memory-log.ts'
import { readsAbove } from './reading.ts'

/** Cursors, and chats to count in, that are looked at before others have a turn. */
const CURSOR_STEP = 2_000
const COUNT_STEP = 50

/** Of a cursor that was made at joining a chat: nobody is to be told of it. */
const UNTOLD = -1

/** A chat of a user, and the offset above which the user may read it. */
type FoundChat = Omit<ChatOfUser, 'unread' | 'mentions' | 'notify'> & { readonly above: number }

/** The cursors in memory. */
export class MemoryChatCursors implements ChatCursors {
  readonly #log: MemoryLog
  /** User → kind and number of a chat → the cursor. */
  readonly #byUser = new Map<number, Map<string, MovedCursor>>()

  constructor(log: MemoryLog) {
    this.#log = log
  }

  async advance(cursors: readonly ChatCursor[]): Promise<ChatCursor[]> {
    return cursors.flatMap((cursor) => this.#advance(cursor) ?? []).map(withoutOffset)
  }

  async movedSince(offset: number, limit: number): Promise<MovedCursor[]> {
    return [...this.#byUser.values()]
      .flatMap((cursors) => [...cursors.values()])
      .filter((cursor) => cursor.offset >= offset && cursor.delivered > 0)
      .sort((a, b) => a.offset - b.offset)
      .slice(-limit)
  }

  has({ userId, kind, chatId }: { userId: number; kind: ChatKind; chatId: number }): boolean {
    return this.#byUser.get(userId)?.has(chatKey(kind, chatId)) ?? false
  }

  /** New members have read what was there when they joined. */
  begin(places: readonly Place[]): void {
    for (const { chatId, userId } of places) {
      const member = this.#log.access.member({ chatId, userId })
      if (!member) continue
      const messages = this.#log.messagesOf('chat', chatId)
      const newest = messages.findLast(({ offset }) => offset < member.joinedOffset)?.id ?? 0
      const own = this.#byUser.get(userId) ?? new Map<string, MovedCursor>()
      const before = own.get(chatKey('chat', chatId))
      own.set(chatKey('chat', chatId), {
        ...{ userId, kind: 'chat', chatId, offset: before?.offset ?? UNTOLD },
        delivered: Math.max(before?.delivered ?? 0, newest),
        read: Math.max(before?.read ?? 0, newest),
      })
      this.#byUser.set(userId, own)
    }
  }

  async chatsOf(userId: number, reader?: Reader): Promise<ChatOfUser[]> {
    const first = new Foremost<FoundChat>(MAX_CHATS, (a, b) => b.newest - a.newest)
    let looked = 0
    for (const cursor of this.#byUser.get(userId)?.values() ?? []) {
      const chat = this.#find(cursor, reader)
      if (chat) first.add(chat)
      looked += 1
      if (looked % CURSOR_STEP === 0) await nextTurn()
    }
    const chats: ChatOfUser[] = []
    for (const { above, ...chat } of first.values) {
      const notify = this.#log.access.settings.get(settingsKey(chat)) ?? 'all'
      chats.push({ ...chat, ...this.#unread(chat, above), notify })
      if (chats.length % COUNT_STEP === 0) await nextTurn()
    }
    return chats
  }

  /** The chat of a cursor, if it is one of the reader's own. */
  #find(cursor: MovedCursor, reader: Reader | undefined): FoundChat | undefined {
    const { userId, kind, chatId } = cursor
    const membership = reader && kind === 'chat' ? this.#membership(userId, chatId) : undefined
    const isOwn = kind === 'support' || membership || reader?.granted.includes(chatId)
    const above = reader ? readsAbove(this.#log, reader, cursor) : 0
    // One that anyone may read is not the reader's own.
    if (above === undefined || (reader && !isOwn)) return undefined
    const messages = this.#log.messagesOf(kind, chatId)
    const last = messages.findLast(({ hiddenFrom }) => hiddenFrom !== userId)
    const newest = last && last.offset > above ? last.offset : 0
    return { ...withoutOffset(cursor), newest, membership, above }
  }

  #advance(cursor: ChatCursor): MovedCursor | undefined {
    const { userId, kind, chatId } = cursor
    const newest = this.#log.messagesOf(kind, chatId).at(-1)?.id
    if (newest === undefined) return undefined
    const own = this.#byUser.get(userId) ?? new Map<string, MovedCursor>()
    const key = chatKey(kind, chatId)
    const before = own.get(key)
    const delivered = Math.max(before?.delivered ?? 0, Math.min(cursor.delivered, newest))
    const read = Math.max(before?.read ?? 0, Math.min(cursor.read, newest))
    if (before && delivered === before.delivered && read === before.read) return undefined
    const moved = { userId, kind, chatId, delivered, read, offset: this.#log.lastOffset }
    own.set(key, moved)
    this.#byUser.set(userId, own)
    return moved
  }

  #unread(
    { userId, kind, chatId, read }: ChatCursor,
    above: number,
  ): { unread: number; mentions: number } {
    const messages = this.#log.messagesOf(kind, chatId)
    const end = Math.max(0, messages.length - MAX_UNREAD)
    let unread = 0
    let mentions = 0
    for (let i = messages.length - 1; i >= end; i -= 1) {
      const { id, offset, senderId, deletedAt, hiddenFrom, ...message } = messages[i]!
      if (id <= read || offset <= above) break
      if (senderId === userId || deletedAt !== undefined || hiddenFrom === userId) continue
      unread += 1
      if (message.mentions?.includes(userId)) mentions += 1
    }
    return { unread, mentions }
  }

  #membership(userId: number, chatId: number): Membership | undefined {
    const { access } = this.#log
    const member = access.member({ chatId, userId })
    return member && { ...member, chat: access.chats.get(chatId)! }
  }
}

function withoutOffset({ offset: _, ...cursor }: MovedCursor): ChatCursor {
  return cursor
}
