import { type ChatRef, chatOf } from '../protocol/chat.ts'
import type { DeletionPayload, SupportDeletionPayload } from '../protocol/payloads.ts'
import { type ChatLimits, KnownChats } from './known-chats.ts'
import { deleted, type KnownMessage, type Payload, type Reader } from './known-message.ts'
import { KnownReports } from './known-reports.ts'
import { KnownThreads } from './known-threads.ts'
import { KnownUsers } from './known-users.ts'
import { RecentChanges } from './recent-changes.ts'

/** All that one user's client knows of the chats and users around it. */
export class Knowledge implements Reader {
  readonly userId: number
  readonly chats: KnownChats
  readonly threads: KnownThreads
  readonly reports = new KnownReports()
  readonly users = new KnownUsers()
  readonly recent = new RecentChanges()
  #blocked: ReadonlySet<number> = new Set()

  constructor(userId: number, limits: ChatLimits) {
    this.userId = userId
    this.chats = new KnownChats(this, limits)
    this.threads = new KnownThreads(this)
  }

  isBlocked(userId: number): boolean {
    return this.#blocked.has(userId)
  }

  /** The users whom the user has blocked. */
  get blocked(): ReadonlySet<number> {
    return this.#blocked
  }

  set blocked(blocked: ReadonlySet<number>) {
    this.#blocked = blocked
    for (const chat of this.chats.all()) chat.markBlocked()
    this.threads.markBlocked()
  }

  /** A message has come. */
  add(payload: Payload): void {
    const ref = payload as ChatRef
    const chat = chatOf(ref)
    const known = this.chats.keep(ref)
    const { thread: rootId, sender_id } = payload
    if (rootId !== undefined) {
      const root = known.find(rootId)
      // Whoever begins a thread follows it, and whoever replies in it.
      if (sender_id === this.userId || root?.sender_id === this.userId)
        this.threads.joined(chat, rootId, root)
    }
    const message = known.add(payload)
    this.threads.replied(chat, message)
  }

  /** A message is another one now. */
  change(ref: ChatRef, id: number, change: (message: KnownMessage) => KnownMessage): void {
    this.chats.get(ref).change(id, change)
    this.threads.change(chatOf(ref), id, change)
  }

  /** A message is deleted. */
  delete(deletion: DeletionPayload | SupportDeletionPayload): void {
    const chat = chatOf(deletion)
    const { id } = deletion
    const known = this.chats.get(deletion)
    const before = known.find(id) ?? this.threads.find(chat, id)
    if (before) this.threads.deleted(chat, before)
    known.delete(deletion)
    this.threads.change(chat, id, (message) => deleted(message, deletion))
  }

  /** What is known is of another history, but for the users. */
  forgetChats(): void {
    this.chats.clear()
    this.threads.clear()
    this.reports.clear()
    this.recent.clear()
    this.#blocked = new Set()
  }

  /** The user is not in a chat any more: nothing of it is known. */
  left(ref: ChatRef): void {
    this.chats.left(ref)
    this.threads.forget(chatOf(ref))
    this.reports.forget(chatOf(ref))
    if (ref.chat_id !== undefined) this.recent.forget(ref.chat_id)
  }
}
