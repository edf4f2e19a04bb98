import type { Chat } from '../protocol/chat.ts'
import type {
  DeletionPayload,
  SupportChatPayload,
  SupportDeletionPayload,
} from '../protocol/payloads.ts'
import type { ChatSummary, History } from '../protocol/questions.ts'

import { deleted, isUnreadBy, type KnownMessage, type Payload, toKnown } from './known-message.ts'
import { MessageList } from './message-list.ts'
import { type Cursor, furthest } from './receipt-sender.ts'

/** What is known of one chat besides its messages; a new object whenever any of it changed. */
export interface ChatState {
  readonly chat: Chat
  readonly lastMessage: KnownMessage | undefined
  /** Whether there are messages older than those known; undefined until a page has told. */
  readonly hasMore: boolean | undefined
  /** Messages of others above the own read cursor that are not deleted, as far as is known. */
  readonly unread: number
  /** User → how far the user has come. */
  readonly cursors: ReadonlyMap<number, Cursor>
  /** The users who type, in the order in which they began. */
  readonly typing: readonly number[]
  /** Of a support chat. */
  readonly support: Pick<SupportChatPayload, 'status' | 'assignee'> | undefined
}

const START: Cursor = { delivered: 0, read: 0 }

/** What a client knows of one chat. */
export class KnownChat {
  readonly chat: Chat
  readonly #userId: number
  readonly #list: MessageList
  readonly #cursors = new Map<number, Cursor>()
  readonly #typing = new Set<number>()
  /** The newest message where the list does not hold it. */
  #last: KnownMessage | undefined
  /** What is unread up to the id `#countedId`; above that it is counted in the list. */
  #counted = 0
  #countedId = 0
  #support: ChatState['support']
  #messages: readonly KnownMessage[] | undefined
  #state: ChatState | undefined

  /** @param userId whose messages and cursor are the own ones */
  constructor(chat: Chat, userId: number, maxMessages: number) {
    this.chat = chat
    this.#userId = userId
    this.#list = new MessageList(maxMessages)
  }

  /** The known messages, oldest first; the same array until one changed. */
  messages(): readonly KnownMessage[] {
    this.#messages ??= this.#list.toArray()
    return this.#messages
  }

  /** The rest; the same object until it changed. */
  state(): ChatState {
    this.#state ??= {
      chat: this.chat,
      lastMessage: newer(this.#list.newest, this.#last),
      hasMore: this.#list.hasMore,
      unread: this.#unread,
      cursors: new Map(this.#cursors),
      typing: [...this.#typing],
      support: this.#support,
    }
    return this.#state
  }

  find(id: number): KnownMessage | undefined {
    return this.#list.find(id)
  }

  add(payload: Payload): void {
    const forgotten = this.#list.add(payload)
    if (forgotten && forgotten.id > this.#countedId) {
      if (isUnreadBy(this.#userId, forgotten)) this.#counted += 1
      this.#countedId = forgotten.id
    }
    this.#changedMessages()
  }

  change(id: number, change: (message: KnownMessage) => KnownMessage): void {
    if (this.#last?.id === id) {
      this.#last = change(this.#last)
      this.#state = undefined
    }
    if (this.#list.change(id, change)) this.#changedMessages()
  }

  delete({ id, sender_id, deleted_at }: DeletionPayload | SupportDeletionPayload): void {
    const isCounted = id <= this.#countedId && id > this.#own.read && sender_id !== this.#userId
    if (isCounted) this.#counted = Math.max(0, this.#counted - 1)
    this.change(id, (message) => deleted(message, deleted_at))
    this.#state = undefined
  }

  addPage(page: History): void {
    this.#list.addPage(page.messages, page.before, page.has_more)
    this.#countFromRead()
    this.#changedMessages()
  }

  /** What the server has counted, perhaps before or after what has come by now. */
  addSummary({ last_message, unread, delivered, read }: ChatSummary): void {
    if (last_message) {
      const last = this.#list.withEarlyChanges(toKnown(last_message))
      if (newer(this.#last, last) === last) this.#last = last
    }
    this.#counted = unread
    this.#countedId = Math.max(last_message?.id ?? 0, read)
    this.#cursors.set(this.#userId, furthest(this.#own, { delivered, read }))
    this.#countFromRead()
    this.#state = undefined
  }

  setCursor(userId: number, to: Cursor): void {
    const before = this.#cursors.get(userId) ?? START
    this.#cursors.set(userId, furthest(before, to))
    if (userId === this.#userId) this.#countFromRead()
    this.#state = undefined
  }

  setTyping(userId: number, isTyping: boolean): void {
    if (isTyping) this.#typing.add(userId)
    else this.#typing.delete(userId)
    this.#state = undefined
  }

  setSupport({ status, assignee }: NonNullable<ChatState['support']>): void {
    this.#support = { status, assignee }
    this.#state = undefined
  }

  /** Forgets the messages, because what becomes of them will not be heard. */
  forgetMessages(): void {
    this.#counted = this.#unread
    this.#last = newer(this.#list.newest, this.#last)
    this.#countedId = Math.max(this.#countedId, this.#last?.id ?? 0)
    this.#list.clear()
    this.#changedMessages()
  }

  get #own(): Cursor {
    return this.#cursors.get(this.#userId) ?? START
  }

  get #unread(): number {
    return this.#counted + this.#list.countUnread(this.#countedId, this.#userId)
  }

  /** Counts in the list alone, where that reaches back to what the user has read. */
  #countFromRead(): void {
    const { read } = this.#own
    if (read < this.#countedId && !this.#list.reachesBackTo(read + 1)) return
    this.#counted = 0
    this.#countedId = read
  }

  #changedMessages(): void {
    this.#messages = undefined
    this.#state = undefined
  }
}

function newer(
  one: KnownMessage | undefined,
  other: KnownMessage | undefined,
): KnownMessage | undefined {
  if (!one || !other) return one ?? other
  return other.id > one.id ? other : one
}
