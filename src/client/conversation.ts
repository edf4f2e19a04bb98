import { type ChatRef, chatKeyOf, chatOf, chatRef, messageOf } from '../protocol/chat.ts'
import type { AnswerFrame } from '../protocol/questions.ts'
import type { Reaction } from '../protocol/server-frames.ts'
import { bindMethods } from './bind-methods.ts'
import type { ChatClientEvents } from './client-events.ts'
import type { Emitter } from './emitter.ts'
import { type ChatState, KnownChat } from './known-chat.ts'
import { edited, type KnownMessage, reacted } from './known-message.ts'
import { type KnownUser, KnownUsers } from './known-users.ts'
import { type ChatSelection, Subscription } from './subscription.ts'

export interface ConversationOptions {
  /** The newest messages kept of each chat; 1,000 unless given. */
  readonly maxMessages?: number
  /** The chats whose messages are kept, those of the last news and looks; 100 unless given. */
  readonly maxChats?: number
  /** Runs `flush`, which tells the listeners of changes, soon; in a microtask unless given. */
  readonly schedule?: (flush: () => void) => void
}

/** What a conversation is read from. */
type Source = Pick<Emitter<ChatClientEvents>, 'on'> & { readonly userId: number }

/**
 * What a client knows of the chats and users around it, kept up to date by the client's events.
 * What a question was answered with (`history`, `chats`, `presence`, `supportQueue`) is taken in
 * as well, whoever asked. It asks nothing by itself.
 *
 * Everything read from it is immutable and the same until it changed, as React's
 * `useSyncExternalStore` wants it.
 */
export class Conversation {
  readonly #maxMessages: number
  readonly #maxChats: number
  readonly #schedule: (flush: () => void) => void
  readonly #users = new KnownUsers()
  /** Chat → what is known of it */
  readonly #chats = new Map<string, KnownChat>()
  /** The chats whose messages are kept, longest without news first. */
  readonly #kept = new Set<KnownChat>()
  readonly #listeners = new Set<() => void>()
  #userId = 0
  #epoch: string | undefined
  #followed = new Subscription()
  #list: readonly ChatState[] | undefined
  #isScheduled = false

  constructor(options: ConversationOptions = {}) {
    bindMethods(this)
    this.#maxMessages = options.maxMessages ?? 1_000
    this.#maxChats = options.maxChats ?? 100
    this.#schedule = options.schedule ?? ((flush) => queueMicrotask(flush))
  }

  /** Follows one client, from before it connects, until the function returned is called. */
  attach(client: Source): () => void {
    if (this.#userId !== client.userId) this.#forgetChats()
    this.#userId = client.userId
    const ends = [...this.#followChats(client), ...this.#followUsers(client)]
    return () => {
      for (const end of ends) end()
    }
  }

  /** Calls `listener` after changes, until the function returned is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The known messages of a chat, oldest first and without a hole. */
  messages(chat: ChatRef): readonly KnownMessage[] {
    const known = this.#chat(chat)
    if (this.#kept.has(known)) this.#keep(known)
    return known.messages()
  }

  /** One known message, such as the one that another replies to. */
  message(chat: ChatRef, id: number): KnownMessage | undefined {
    return this.#chat(chat).find(id)
  }

  /** What else is known of a chat. */
  chat(chat: ChatRef): ChatState {
    return this.#chat(chat).state()
  }

  /** All chats that something is known of, the one with the newest message first. */
  chats(): readonly ChatState[] {
    this.#list ??= Array.from(this.#chats.values(), (chat) => chat.state())
      .filter(({ lastMessage, support }) => lastMessage !== undefined || support !== undefined)
      .sort((a, b) => (b.lastMessage?.offset ?? 0) - (a.lastMessage?.offset ?? 0))
    return this.#list
  }

  /** The users that are here or were, by id. */
  users(): readonly KnownUser[] {
    return this.#users.all()
  }

  user(userId: number): KnownUser | undefined {
    return this.#users.find(userId)
  }

  #followChats(client: Source): (() => void)[] {
    return [
      client.on('message', (payload) => this.#keep(this.#change(payload)).add(payload)),
      client.on('supportMessage', (payload) => this.#keep(this.#change(payload)).add(payload)),
      client.on('edited', (edit) =>
        this.#change(edit).change(edit.id, (message) => edited(message, edit)),
      ),
      client.on('deleted', (deletion) => this.#change(deletion).delete(deletion)),
      client.on('reaction', (reaction) => this.#reacted(reaction)),
      client.on('supportChat', (payload) => this.#change(payload).setSupport(payload)),
      client.on('typing', (frame) => this.#change(frame).setTyping(frame.userId, frame.typing)),
      client.on('receipt', (frame) => this.#change(frame).setCursor(frame.userId, frame)),
      client.on('answer', (answer) => this.#answered(answer)),
      client.on('narrowed', (selection) => this.#narrowed(selection)),
      client.on('gap', () => this.#forgetChats()),
    ]
  }

  #followUsers(client: Source): (() => void)[] {
    return [
      client.on('established', ({ epoch, online }) => {
        if (this.#epoch !== undefined && this.#epoch !== epoch) this.#forgetChats()
        this.#epoch = epoch
        this.#users.setOnline(online)
        this.#changed()
      }),
      client.on('presence', ({ userId, isOnline, timestamp }) => {
        if (isOnline) this.#users.came(userId)
        else this.#users.left(userId, timestamp)
        this.#changed()
      }),
      client.on('activity', ({ userId, state }) => {
        this.#users.setActivity(userId, state)
        this.#changed()
      }),
    ]
  }

  #reacted(reaction: Reaction): void {
    const { id } = messageOf(reaction)
    // A reaction names its message's chat as well.
    this.#change(reaction as unknown as ChatRef).change(id, (message) => reacted(message, reaction))
  }

  #answered(answer: AnswerFrame): void {
    switch (answer.type) {
      case 'HISTORY':
        // What becomes of the messages of other chats will not be heard.
        if (this.#followed.includes(answer)) this.#keep(this.#change(answer)).addPage(answer)
        break
      case 'CHATS':
        for (const summary of answer.chats) this.#change(summary).addSummary(summary)
        break
      case 'SUPPORT_QUEUE':
        for (const { support_chat_id, assignee } of answer.chats)
          this.#change({ support_chat_id }).setSupport({ status: 'open', assignee })
        break
      case 'PRESENCE':
        this.#users.replaceAll(answer)
        this.#changed()
        break
    }
  }

  #narrowed(selection: ChatSelection): void {
    this.#followed = new Subscription(selection)
    for (const known of this.#kept) {
      const { kind, id } = known.chat
      if (!this.#followed.includes(chatRef(kind, id))) this.#forgetMessages(known)
    }
    this.#changed()
  }

  #forgetChats(): void {
    this.#chats.clear()
    this.#kept.clear()
    this.#changed()
  }

  #forgetMessages(known: KnownChat): void {
    known.forgetMessages()
    this.#kept.delete(known)
  }

  #chat(ref: ChatRef): KnownChat {
    const key = chatKeyOf(ref)
    let known = this.#chats.get(key)
    if (!known) {
      known = new KnownChat(chatOf(ref), this.#userId, this.#maxMessages)
      this.#chats.set(key, known)
    }
    return known
  }

  /** The chat, which is about to change. */
  #change(ref: ChatRef): KnownChat {
    this.#changed()
    return this.#chat(ref)
  }

  /** Notes that a chat's messages are wanted most; beyond the limit the others' are forgotten. */
  #keep(known: KnownChat): KnownChat {
    this.#kept.delete(known)
    this.#kept.add(known)
    if (this.#kept.size > this.#maxChats) {
      const [oldest] = this.#kept
      this.#forgetMessages(oldest!)
    }
    return known
  }

  #changed(): void {
    this.#list = undefined
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#schedule(() => {
      this.#isScheduled = false
      for (const listener of this.#listeners) listener()
    })
  }
}
