import { isUnreadBy, type KnownMessage } from '../client/known-message.ts'
import { type ChatRef, chatKeyOf, onlyChat } from '../protocol/chat.ts'
import { Attention } from './attention.ts'
import { ChatPages } from './chat-pages.ts'
import { ChatRows } from './chat-rows.ts'
import type { ChatView } from './chat-view.ts'
import { Listeners } from './listeners.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** How far the user has read a chat that is open. */
export interface ShownReading {
  /** Where the line stands below which is what was unread when the chat was opened, or the user looked away. */
  readonly firstUnreadId: number | undefined
  /** Messages of others that are not read, in all of the chat. */
  readonly unread: number
  /** Whether the newest message is on the screen, as was last said. */
  readonly isAtEnd: boolean
  /** Says whether the newest message is on the screen: then it is read as soon as the user looks. */
  readonly atEnd: (isAtEnd: boolean) => void
  /** Everything up to a message is read, by default up to the newest. */
  readonly markRead: (id?: number) => void
}

/** The chats that are open, each with how far it is read. */
export class Readings {
  readonly #view: ChatView
  readonly #readings = new Map<string, Reading>()

  constructor(view: ChatView) {
    this.#view = view
  }

  of(chat: ChatRef): Reading {
    const key = chatKeyOf(chat)
    const reading = this.#readings.get(key) ?? new Reading(this.#view, onlyChat(chat))
    this.#readings.set(key, reading)
    return reading
  }
}

/**
 * Tells the server what was read: what comes while the user looks at the end of the chat. The line above
 * what is unread stays where it is until the chat is left.
 */
class Reading extends Listeners {
  /** Whoever listens has the chat open. */
  readonly shown: Readable<ShownReading>
  readonly #view: ChatView
  readonly #chat: ChatRef
  readonly #attention: Attention
  #openings = 0
  #isAtEnd = false
  /** Whether the line was looked for since the chat was opened. */
  #isBegun = false
  /** The line is to stand behind this message, and its place is not known yet. */
  #since: number | undefined
  #firstUnreadId: number | undefined
  #ends: (() => void)[] = []

  constructor(view: ChatView, chat: ChatRef) {
    super()
    this.#view = view
    this.#chat = chat
    this.#attention = view.part(Attention)
    const { conversation } = view
    const done = {
      atEnd: (isAtEnd: boolean) => this.#setAtEnd(isAtEnd),
      markRead: (id?: number) => this.#markRead(id),
    }
    const start = { firstUnreadId: undefined, unread: 0, isAtEnd: false, ...done }
    const shown = derive<ShownReading>([conversation, this], start, () => ({
      firstUnreadId: this.#firstUnreadId,
      unread: conversation.chat(chat).unread,
      isAtEnd: this.#isAtEnd,
      ...done,
    }))
    this.shown = whileRead(shown, () => this.#open())
  }

  get firstUnreadId(): number | undefined {
    return this.#firstUnreadId
  }

  /** Somebody has opened the chat, until the function returned is called. */
  #open(): () => void {
    this.#openings += 1
    if (this.#openings === 1) this.#begin()
    let isOpen = true
    return () => {
      if (isOpen) this.#openings -= 1
      if (isOpen && this.#openings === 0) this.#leave()
      isOpen = false
    }
  }

  #begin(): void {
    const look = () => this.#look()
    const rows = this.#view.part(ChatRows)
    this.#ends = [
      // Only that tells how far the user has read.
      rows.asked.want(),
      rows.asked.subscribe(look),
      this.#view.conversation.subscribe(look),
      this.#view.part(ChatPages).subscribe(look),
      this.#attention.subscribe(look),
    ]
    look()
  }

  #leave(): void {
    for (const end of this.#ends) end()
    this.#ends = []
    this.#firstUnreadId = undefined
    this.#since = undefined
    this.#isBegun = false
    this.#isAtEnd = false
  }

  #setAtEnd(isAtEnd: boolean): void {
    if (isAtEnd === this.#isAtEnd || this.#openings === 0) return
    this.#isAtEnd = isAtEnd
    this.#look()
    this.changed()
  }

  /** Something has come, or the user looks. */
  #look(): void {
    const isKnown = this.#view.part(ChatRows).asked.status !== 'loading'
    if (!isKnown || this.#view.conversation.chat(this.#chat).hasMore === undefined) return
    const isReading = this.#isAtEnd && this.#attention.isLooking
    if (!isReading || !this.#isBegun) this.#beginLine()
    this.#isBegun = true
    this.#placeLine()
    if (isReading) this.#markRead()
  }

  /** There is a line above what comes now, unless there is one above it that was not read yet. */
  #beginLine(): void {
    const read = this.#read
    if (read !== undefined && (this.#firstUnreadId ?? 0) <= read) this.#since = read
  }

  /** What is unread may begin further back than what is known. */
  #placeLine(): void {
    const since = this.#since
    if (since === undefined || !this.#reachesBackTo(since)) return
    const { client, conversation } = this.#view
    const isUnread = (message: KnownMessage) =>
      message.id > since && isUnreadBy(client.userId, message)
    const first = conversation.messages(this.#chat).find(isUnread)
    this.#since = undefined
    if (!first || first.id === this.#firstUnreadId) return
    this.#firstUnreadId = first.id
    this.changed()
  }

  /** The own read cursor; undefined where the user has nothing to do with the chat yet. */
  get #read(): number | undefined {
    const { client, conversation } = this.#view
    return conversation.chat(this.#chat).cursors.get(client.userId)?.read
  }

  #reachesBackTo(id: number): boolean {
    const { conversation } = this.#view
    const oldest = conversation.messages(this.#chat)[0]
    return conversation.chat(this.#chat).hasMore === false || (oldest?.id ?? 0) <= id
  }

  #markRead(id = this.#view.conversation.messages(this.#chat).at(-1)?.id): void {
    if (id !== undefined && id > (this.#read ?? 0)) this.#view.client.read(this.#chat, id)
  }
}
