import type { Threads } from '../protocol/access-questions.ts'
import { type Chat, type ChatRef, chatKey, chatOf } from '../protocol/chat.ts'
import {
  adopted,
  isUnreadBy,
  type KnownMessage,
  marked,
  type Payload,
  type Reader,
} from './known-message.ts'

/** A thread that the user follows. */
export interface KnownThread {
  readonly chat: Chat
  /** The message that it began with; undefined where only its id is known. */
  readonly root: KnownMessage | undefined
  readonly rootId: number
  readonly replies: number
  readonly lastReply: KnownMessage | undefined
  /** Replies of others above `read`, as far as is known. */
  readonly unread: number
  /** The last reply that was read; 0 for none. */
  readonly read: number
}

/** The threads that the user follows. */
export class KnownThreads {
  readonly #reader: Reader
  readonly #threads = new Map<string, KnownThread>()
  /** Those that the user does not want to follow. */
  readonly #unwanted = new Set<string>()
  #sorted: readonly KnownThread[] | undefined

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Those with the newest replies first; the same array until one changed. */
  all(): readonly KnownThread[] {
    this.#sorted ??= [...this.#threads.values()].sort((a, b) => newest(b) - newest(a))
    return this.#sorted
  }

  /** The server tells of all, perhaps before it has heard how far the user has read. */
  replaceAll({ threads }: Threads): void {
    const before = new Map(this.#threads)
    this.#threads.clear()
    for (const { root, last_reply, replies, unread, read } of threads) {
      const chat = chatOf(root as Payload as ChatRef)
      const lastReply = last_reply && adopted(last_reply, this.#reader)
      this.#set({
        chat,
        rootId: root.id,
        root: adopted(root, this.#reader),
        replies,
        lastReply,
        unread,
        read,
      })
      this.read(chat, root.id, before.get(keyOf(chat, root.id))?.read ?? 0)
    }
    this.#sorted = undefined
  }

  /** @param root where it is known */
  followed(chat: Chat, rootId: number, root: KnownMessage | undefined): void {
    this.#unwanted.delete(keyOf(chat, rootId))
    this.joined(chat, rootId, root)
  }

  /** The user takes part in a thread, and follows it unless it was said otherwise. */
  joined(chat: Chat, rootId: number, root: KnownMessage | undefined): void {
    const key = keyOf(chat, rootId)
    if (this.#threads.has(key) || this.#unwanted.has(key)) return
    const replies = root?.replies?.count ?? 0
    this.#set({ chat, rootId, root, replies, lastReply: undefined, unread: 0, read: 0 })
  }

  unfollowed(chat: Chat, rootId: number): void {
    this.#unwanted.add(keyOf(chat, rootId))
    this.#delete(chat, rootId)
  }

  /** A reply has come. */
  replied(chat: Chat, reply: KnownMessage): void {
    const known = this.#find(chat, reply.thread)
    if (!known || reply.id <= (known.lastReply?.id ?? 0)) return
    const isUnread = reply.id > known.read && isUnreadBy(this.#reader.userId, reply)
    const unread = known.unread + (isUnread ? 1 : 0)
    this.#set({ ...known, replies: known.replies + 1, lastReply: reply, unread })
  }

  /** A message that is the last of a thread. */
  find({ kind, id: chatId }: Chat, id: number): KnownMessage | undefined {
    const isIt = ({ chat, lastReply }: KnownThread) =>
      chat.kind === kind && chat.id === chatId && lastReply?.id === id
    return this.all().find(isIt)?.lastReply
  }

  /** Changes a message, wherever it is the first or last of a thread. */
  change(
    { kind, id: chatId }: Chat,
    id: number,
    change: (message: KnownMessage) => KnownMessage,
  ): void {
    for (const thread of this.#threads.values()) {
      const { chat, root, lastReply } = thread
      if (chat.kind !== kind || chat.id !== chatId) continue
      if (root?.id === id) this.#set({ ...thread, root: change(root) })
      if (lastReply?.id === id) this.#set({ ...thread, lastReply: change(lastReply) })
    }
  }

  /** Whom the user has blocked is another one now. */
  markBlocked(): void {
    for (const thread of this.#threads.values()) {
      const [root, lastReply] = [thread.root, thread.lastReply].map(
        (message) => message && marked(message, this.#reader),
      )
      if (root !== thread.root || lastReply !== thread.lastReply)
        this.#set({ ...thread, root, lastReply })
    }
  }

  /** A reply is unread no more, because it is deleted. */
  deleted(chat: Chat, reply: KnownMessage): void {
    const known = this.#find(chat, reply.thread)
    if (!known || reply.id <= known.read || !isUnreadBy(this.#reader.userId, reply)) return
    this.#set({ ...known, unread: Math.max(0, known.unread - 1) })
  }

  /** The user has read up to a reply. */
  read(chat: Chat, rootId: number, id: number): void {
    const known = this.#find(chat, rootId)
    if (!known || id <= known.read) return
    const isAll = id >= (known.lastReply?.id ?? 0)
    this.#set({ ...known, read: id, unread: isAll ? 0 : known.unread })
  }

  /** Nothing of a chat is known any more. */
  forget({ kind, id }: Chat): void {
    for (const { chat, rootId } of this.#threads.values())
      if (chat.kind === kind && chat.id === id) this.#delete(chat, rootId)
  }

  clear(): void {
    this.#threads.clear()
    this.#unwanted.clear()
    this.#sorted = undefined
  }

  #find(chat: Chat, rootId: number | undefined): KnownThread | undefined {
    return rootId === undefined ? undefined : this.#threads.get(keyOf(chat, rootId))
  }

  #delete(chat: Chat, rootId: number): void {
    if (this.#threads.delete(keyOf(chat, rootId))) this.#sorted = undefined
  }

  #set(thread: KnownThread): void {
    this.#threads.set(keyOf(thread.chat, thread.rootId), thread)
    this.#sorted = undefined
  }
}

function newest({ lastReply, root }: KnownThread): number {
  return lastReply?.offset ?? root?.offset ?? 0
}

function keyOf({ kind, id }: Chat, rootId: number): string {
  return `${chatKey(kind, id)} ${rootId}`
}
