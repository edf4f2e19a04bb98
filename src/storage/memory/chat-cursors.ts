import type { ChatCursor, ChatCursors, ChatOfUser } from '../conversation.ts'
import type { MemoryLog } from './memory-log.ts'

const MAX_CHATS = 1_000
const MAX_UNREAD = 1_000

/** A cursor, and the newest offset of the log when it last moved. */
type KeptCursor = ChatCursor & { readonly offset: number }

/** The cursors in memory. */
export class MemoryChatCursors implements ChatCursors {
  readonly #log: MemoryLog
  /** User → kind and number of a chat → the cursor. */
  readonly #byUser = new Map<number, Map<string, KeptCursor>>()

  constructor(log: MemoryLog) {
    this.#log = log
  }

  async advance(cursors: readonly ChatCursor[]): Promise<ChatCursor[]> {
    return cursors.flatMap((cursor) => this.#advance(cursor) ?? []).map(withoutOffset)
  }

  async movedSince(offset: number, limit: number): Promise<ChatCursor[]> {
    return [...this.#byUser.values()]
      .flatMap((cursors) => [...cursors.values()])
      .filter((cursor) => cursor.offset >= offset && cursor.delivered > 0)
      .sort((a, b) => a.offset - b.offset)
      .slice(-limit)
      .map(withoutOffset)
  }

  async chatsOf(userId: number): Promise<ChatOfUser[]> {
    const chats = [...(this.#byUser.get(userId)?.values() ?? [])].map((cursor) => {
      const messages = this.#log.messagesOf(cursor.kind, cursor.chatId)
      const last = messages.at(-1)
      return {
        ...withoutOffset(cursor),
        lastMessage: last && { ...last },
        unread: this.#unread(cursor),
      }
    })
    const newest = (chat: ChatOfUser) => chat.lastMessage?.offset ?? 0
    return chats.sort((a, b) => newest(b) - newest(a)).slice(0, MAX_CHATS)
  }

  #advance(cursor: ChatCursor): KeptCursor | undefined {
    const { userId, kind, chatId } = cursor
    const newest = this.#log.messagesOf(kind, chatId).at(-1)?.id ?? 0
    const own = this.#byUser.get(userId) ?? new Map<string, KeptCursor>()
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
    let unread = 0
    for (let i = messages.length - 1; i >= 0 && unread < MAX_UNREAD; i -= 1) {
      const { id, senderId, deletedAt } = messages[i]!
      if (id <= read) break
      if (senderId !== userId && deletedAt === undefined) unread += 1
    }
    return unread
  }
}

function withoutOffset({ offset: _, ...cursor }: KeptCursor): ChatCursor {
  return cursor
}
