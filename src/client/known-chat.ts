import type { Chat } from '../protocol/chat.ts'
import type {
  DeletionPayload,
  SupportChatPayload,
  SupportDeletionPayload,
} from '../protocol/payloads.ts'
import type { ChatSummary, History } from '../protocol/questions.ts'
import { type ChatProfile, KnownProfile } from './chat-profile.ts'
import {
  adopted,
  deleted,
  type KnownMessage,
  marked,
  type Payload,
  type Reader,
  replied,
} from './known-message.ts'
import { KnownPins } from './known-pins.ts'
import { MessageList } from './message-list.ts'
import { type Cursor, furthest } from './receipt-sender.ts'
import { reuse, reuseParts } from './reuse.ts'
import { ThreadLists } from './thread-lists.ts'
import { UnreadCounter } from './unread-counter.ts'

/** What is known of one chat besides its messages: each part, and the whole, is the same until it changed. */
export interface ChatState extends ChatProfile {
  readonly chat: Chat
  readonly lastMessage: KnownMessage | undefined
  /** Whether there are messages older than those known; undefined until a page has told. */
  readonly hasMore: boolean | undefined
  /** Messages of others above the own read cursor that are not deleted, as far as is known. */
  readonly unread: number
  /** Those of them that mention the user. */
  readonly mentions: number
  /** The pinned messages, the one pinned last first, as far as is known. */
  readonly pins: readonly KnownMessage[]
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
  readonly #reader: Reader
  readonly #list: MessageList
  readonly #threads: ThreadLists
  readonly #unread: UnreadCounter
  readonly #profile: KnownProfile
  readonly #pins = new KnownPins()
  readonly #cursors = new Map<number, Cursor>()
  readonly #typing = new Set<number>()
  /** The newest message where the list does not hold it. */
  #last: KnownMessage | undefined
  #support: ChatState['support']
  #messages: readonly KnownMessage[] = []
  #state: ChatState | undefined
  /** Whether messages and state may be others than when they were handed out. */
  #isMessagesOld = true
  #isStateOld = true

  constructor(chat: Chat, reader: Reader, maxMessages: number) {
    this.chat = chat
    this.#reader = reader
    const createList = () => new MessageList(maxMessages, (payload) => adopted(payload, reader))
    this.#list = createList()
    this.#threads = new ThreadLists((rootId) => {
      const known = this.messages().filter(({ thread }) => thread === rootId)
      return createList().begin(known, this.#list.hasMore === false)
    })
    this.#unread = new UnreadCounter(this.#list, reader.userId)
    this.#profile = new KnownProfile(reader.userId)
  }

  /** The known messages, oldest first; the same array until one changed. */
  messages(): readonly KnownMessage[] {
    if (this.#isMessagesOld) this.#messages = reuse(this.#messages, this.#list.toArray())
    this.#isMessagesOld = false
    return this.#messages
  }

  /** The same of the thread that begins with a message. */
  thread(rootId: number): readonly KnownMessage[] {
    return this.#threads.messages(rootId)
  }

  /** The rest; the same object until it changed. */
  state(): ChatState {
    if (this.#state && !this.#isStateOld) return this.#state
    this.#isStateOld = false
    this.#state = reuseParts<ChatState>(this.#state, {
      chat: this.chat,
      lastMessage: newer(this.#list.newest, this.#last),
      hasMore: this.#list.hasMore,
      ...this.#unread.count,
      ...this.#profile.state(),
      pins: this.#pins.all(),
      cursors: new Map(this.#cursors),
      typing: [...this.#typing],
      support: this.#support,
    })
    return this.#state
  }

  find(id: number): KnownMessage | undefined {
    return this.#list.find(id) ?? this.#threads.find(id) ?? this.#pins.find(id)
  }

  /** A message has come, which is returned. */
  add(payload: Payload): KnownMessage {
    const forgotten = this.#list.add(payload)
    if (forgotten) this.#unread.forgotten(forgotten)
    const message = this.#list.find(payload.id) ?? adopted(payload, this.#reader)
    if (message.thread !== undefined) {
      this.#threads.add(message.thread, payload)
      this.change(message.thread, (root) => replied(root, message))
    }
    this.#changedMessages()
    return message
  }

  change(id: number, change: (message: KnownMessage) => KnownMessage): void {
    const before = this.#known(id)
    this.#changeEverywhere(id, change)
    const after = this.#known(id)
    // What a deletion takes away is counted where it is heard of.
    if (before && after && after.deleted_at === undefined && id > this.#own.read)
      this.#unread.changed(before, after)
  }

  #known(id: number): KnownMessage | undefined {
    return this.find(id) ?? (this.#last?.id === id ? this.#last : undefined)
  }

  #changeEverywhere(id: number, change: (message: KnownMessage) => KnownMessage): void {
    if (this.#last?.id === id) {
      this.#last = change(this.#last)
      this.#isStateOld = true
    }
    if (this.#pins.change(change, id)) this.#isStateOld = true
    if (this.#threads.change(id, change)) this.#isStateOld = true
    if (this.#list.change(id, change)) this.#changedMessages()
  }

  delete(deletion: DeletionPayload | SupportDeletionPayload): void {
    const { id, sender_id } = deletion
    if (id > this.#own.read) this.#unread.deleted(id, sender_id, this.#known(id))
    this.change(id, (message) => deleted(message, deletion))
    this.#pins.remove(id)
    this.#isStateOld = true
  }

  addPage(page: History): void {
    if (page.thread !== undefined) this.#threads.addPage(page.thread, page)
    else {
      this.#list.addPage(page.messages, page.before, page.has_more)
      this.#unread.countFrom(this.#own.read)
    }
    this.#changedMessages()
  }

  /** What the server has counted, perhaps before or after what has come by now. */
  addSummary(summary: ChatSummary): void {
    const { last_message, unread, mentions = 0, delivered, read } = summary
    if (last_message) {
      const last = this.#list.withEarlyChanges(adopted(last_message, this.#reader))
      if (newer(this.#last, last) === last) this.#last = last
    }
    this.#unread.told({ unread, mentions }, Math.max(last_message?.id ?? 0, read))
    this.#cursors.set(this.#reader.userId, furthest(this.#own, { delivered, read }))
    this.#unread.countFrom(this.#own.read)
    this.#profile.summaryTold(summary)
    this.#isStateOld = true
  }

  setCursor(userId: number, to: Cursor): void {
    const before = this.#cursors.get(userId) ?? START
    this.#cursors.set(userId, furthest(before, to))
    if (userId === this.#reader.userId) this.#unread.countFrom(this.#own.read)
    this.#isStateOld = true
  }

  setTyping(userId: number, isTyping: boolean): void {
    if (isTyping) this.#typing.add(userId)
    else this.#typing.delete(userId)
    this.#isStateOld = true
  }

  setSupport({ status, assignee }: NonNullable<ChatState['support']>): void {
    this.#support = { status, assignee }
    this.#isStateOld = true
  }

  /** Changes what is known of the chat and its members. */
  changeProfile(change: (profile: KnownProfile) => void): void {
    change(this.#profile)
    this.#isStateOld = true
  }

  /** Whether all members of the chat are known. */
  get hasAllMembers(): boolean {
    return this.#profile.isWhole
  }

  setPins(messages: readonly Payload[]): void {
    this.#pins.replaceAll(messages.map((payload) => adopted(payload, this.#reader)))
    this.#isStateOld = true
  }

  /** A message is pinned, or no longer; one that is not known is left to who asks for all pins. */
  setPinned(id: number, isPinned: boolean): void {
    this.#isStateOld = true
    const message = this.find(id)
    if (!isPinned) this.#pins.remove(id)
    else if (message) this.#pins.add(message)
  }

  /** Whom the user has blocked is another one now. */
  markBlocked(): void {
    const mark = (message: KnownMessage) => marked(message, this.#reader)
    if (this.#last) this.#last = mark(this.#last)
    this.#pins.change(mark)
    this.#threads.changeAll(mark)
    this.#list.changeAll(mark)
    this.#changedMessages()
  }

  /** Forgets the messages, because what becomes of them will not be heard. */
  forgetMessages(): void {
    this.#last = newer(this.#list.newest, this.#last)
    this.#unread.forgetAll(this.#last?.id ?? 0)
    this.#list.clear()
    this.#threads.clear()
    this.#changedMessages()
  }

  get #own(): Cursor {
    return this.#cursors.get(this.#reader.userId) ?? START
  }

  #changedMessages(): void {
    this.#isMessagesOld = true
    this.#isStateOld = true
  }
}

function newer(
  one: KnownMessage | undefined,
  other: KnownMessage | undefined,
): KnownMessage | undefined {
  if (!one || !other) return one ?? other
  return other.id > one.id ? other : one
}
