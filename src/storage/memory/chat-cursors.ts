import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type ChatCursor,
  type ChatCursors,
  type ChatOfUser,
  MAX_CHATS,
  MAX_UNREAD,
  type MovedCursor,
} from '../conversation.ts'
import { Foremost } from '../foremost.ts'
import type { MemoryLog } from './memory-log.ts'

/** Cursors, and chats to count in, that are looked at before others have a turn. */
const CURSOR_STEP = 2_000
const COUNT_STEP = 50

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

  async chatsOf(userId: number): Promise<ChatOfUser[]> {
    const first = new Foremost<Omit<ChatOfUser, 'unread'>>(MAX_CHATS, (a, b) => b.newest - a.newest)
    let looked = 0
    for (const cursor of this.#byUser.get(userId)?.values() ?? []) {
      const newest = this.#log.messagesOf(cursor.kind, cursor.chatId).at(-1)?.offset ?? 0
      first.add({ ...withoutOffset(cursor), newest })
      looked += 1
      if (looked % CURSOR_STEP === 0) await nextTurn()
    }
    const chats: ChatOfUser[] = []
    for (const chat of first.values) {
      chats.push({ ...chat, unread: this.#unread(chat) })
      if (chats.length % COUNT_STEP === 0) await nextTurn()
    }
    return chats
  }

  #advance(cursor: ChatCursor): MovedCursor | undefined {
    const { userId, kind, chatId } = cursor
    const newest = this.#log.messagesOf(kind, chatId).at(-1)?.id
    if (newest === undefined) return undefined
    const own = this.#byUser.get(userId) ?? new Map<string, MovedCursor>()
    const key = `${kind} ${chatId}`
    const before = own.get(key)
    const delivered = Math.max(before?.delivered ?? 0, Math.min(cursor.delivered, newest))
    const read = Math.max(before?.read ?? 0, Math.min(cursor.read, newest))
    if (before && delivered === before.delivered && read === before.read) return undefined
    const moved = { userId, kind, chatId, delivered, read, offset: this.#log.lastOffset }
    own.set(key, moved)
    this.#byUser.set(userId, own)
    return moved
  }

  #unread({ userId, kind, chatId, read }: ChatCursor): number {
    const messages = this.#log.messagesOf(kind, chatId)
    const end = Math.max(0, messages.length - MAX_UNREAD)
    let unread = 0
    for (let i = messages.length - 1; i >= end; i -= 1) {
      const { id, senderId, deletedAt } = messages[i]!
      if (id <= read) break
      if (senderId !== userId && deletedAt === undefined) unread += 1
    }
    return unread
  }
}

function withoutOffset({ offset: _, ...cursor }: MovedCursor): ChatCursor {
  return cursor
}
