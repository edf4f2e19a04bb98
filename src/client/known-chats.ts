import { type ChatRef, chatKeyOf, chatOf, chatRef } from '../protocol/chat.ts'
import { type ChatState, KnownChat } from './known-chat.ts'
import type { Reader } from './known-message.ts'
import { Subscription } from './subscription.ts'

/** What is kept of each chat, and of how many. */
export interface ChatLimits {
  readonly maxMessages: number
  readonly maxChats: number
}

/** The chats that something is known of. */
export class KnownChats {
  readonly #reader: Reader
  readonly #limits: ChatLimits
  /** Chat → what is known of it */
  readonly #chats = new Map<string, KnownChat>()
  /** The chats whose messages are kept, longest without news first. */
  readonly #kept = new Set<KnownChat>()
  /** The chats that the user was removed from: what was asked before may still be answered. */
  readonly #left = new Set<string>()
  #followed = new Subscription()

  constructor(reader: Reader, limits: ChatLimits) {
    this.#reader = reader
    this.#limits = limits
  }

  get(ref: ChatRef): KnownChat {
    const key = chatKeyOf(ref)
    let known = this.#chats.get(key)
    if (!known) {
      known = new KnownChat(chatOf(ref), this.#reader, this.#limits.maxMessages)
      this.#chats.set(key, known)
    }
    return known
  }

  all(): Iterable<KnownChat> {
    return this.#chats.values()
  }

  /** The chats that hold something or that the user is in, the one with the newest message first. */
  list(): readonly ChatState[] {
    return Array.from(this.#chats.values(), (chat) => chat.state())
      .filter((one) => one.lastMessage ?? one.support ?? one.role)
      .sort((a, b) => (b.lastMessage?.offset ?? 0) - (a.lastMessage?.offset ?? 0))
  }

  /** The chat, whose messages are wanted most; beyond the limit the others' are forgotten. */
  keep(ref: ChatRef): KnownChat {
    const known = this.get(ref)
    this.#kept.delete(known)
    this.#kept.add(known)
    if (this.#kept.size > this.#limits.maxChats) {
      const [oldest] = this.#kept
      this.#forgetMessages(oldest!)
    }
    return known
  }

  /** Notes that messages of a chat are looked at, where they are kept. */
  look(ref: ChatRef): KnownChat {
    const known = this.get(ref)
    return this.#kept.has(known) ? this.keep(ref) : known
  }

  /** Whether what becomes of a chat's messages will be heard. */
  isFollowed(ref: ChatRef): boolean {
    return this.#followed.includes(ref) && !this.isLeft(ref)
  }

  /** Whether the user was removed from a chat, so that an answer about it is an old one. */
  isLeft(ref: ChatRef): boolean {
    return this.#left.has(chatKeyOf(ref))
  }

  narrowed(followed: Subscription): void {
    this.#followed = followed
    for (const known of this.#kept) {
      const { kind, id } = known.chat
      if (!this.isFollowed(chatRef(kind, id))) this.#forgetMessages(known)
    }
  }

  /** The user is in a chat. */
  entered(ref: ChatRef): void {
    this.#left.delete(chatKeyOf(ref))
  }

  /** The user is in a chat no more, which goes away. */
  left(ref: ChatRef): void {
    const key = chatKeyOf(ref)
    const known = this.#chats.get(key)
    // What anyone may read can still be looked at.
    if (known?.state().settings?.visibility !== 'public') this.#left.add(key)
    if (known) this.#kept.delete(known)
    this.#chats.delete(key)
  }

  /** What was asked on another connection is asked again on this one. */
  connected(): void {
    this.#left.clear()
  }

  clear(): void {
    this.#chats.clear()
    this.#kept.clear()
    this.#left.clear()
  }

  #forgetMessages(known: KnownChat): void {
    known.forgetMessages()
    this.#kept.delete(known)
  }
}
