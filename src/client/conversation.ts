import type { ReportPayload } from '../protocol/access-fields.ts'
import { type ChatRef, messageOf } from '../protocol/chat.ts'
import type { AnswerFrame } from '../protocol/questions.ts'
import { bindMethods } from './bind-methods.ts'
import type { ChatClientEvents } from './client-events.ts'
import type { Emitter } from './emitter.ts'
import { Knowledge } from './knowledge.ts'
import type { ChatState, KnownChat } from './known-chat.ts'
import type { ChatLimits } from './known-chats.ts'
import { edited, type KnownMessage, reacted } from './known-message.ts'
import type { KnownThread } from './known-threads.ts'
import type { KnownUser } from './known-users.ts'
import { MembersFollower } from './members-follower.ts'
import { findMentions } from './mentions.ts'
import type { Names } from './names.ts'
import type { Asks } from './newcomer.ts'
import { reuse } from './reuse.ts'
import { Subscription } from './subscription.ts'

export interface ConversationOptions {
  /** The newest messages kept of each chat; 1,000 unless given. */
  readonly maxMessages?: number
  /** The chats whose messages are kept, those of the last news and looks; 100 unless given. */
  readonly maxChats?: number
  /** Runs `flush`, which tells the listeners of changes, soon; in a microtask unless given. */
  readonly schedule?: (flush: () => void) => void
}

/** What a conversation is read from. */
type Source = Pick<Emitter<ChatClientEvents>, 'on'> &
  Asks & { readonly userId: number; readonly names?: Pick<Names, 'displayName' | 'named'> }

/**
 * What a client knows of the chats and users around it, kept up to date by the client's events.
 * What a question was answered with (`history`, `chats`, `presence`, `members` and the others) is
 * taken in as well, whoever asked. It asks by itself only for what a chat holds that the user was added
 * to while connected.
 *
 * Everything read from it is immutable and the same until it changed, as React's
 * `useSyncExternalStore` wants it.
 */
export class Conversation {
  readonly #limits: ChatLimits
  readonly #schedule: (flush: () => void) => void
  readonly #listeners = new Set<() => void>()
  #known: Knowledge
  #names: Source['names']
  #epoch: string | undefined
  #list: readonly ChatState[] = []
  #isListOld = true
  #isScheduled = false

  constructor(options: ConversationOptions = {}) {
    bindMethods(this)
    this.#limits = { maxMessages: options.maxMessages ?? 1_000, maxChats: options.maxChats ?? 100 }
    this.#schedule = options.schedule ?? ((flush) => queueMicrotask(flush))
    this.#known = new Knowledge(0, this.#limits)
  }

  /** Follows one client, from before it connects, until the function returned is called. */
  attach(client: Source): () => void {
    if (this.#known.userId !== client.userId) {
      this.#known = new Knowledge(client.userId, this.#limits)
      this.#changed()
    }
    this.#names = client.names
    const members = new MembersFollower(this.#known, client)
    const ends = [
      ...this.#followChats(client),
      ...members.follow(client, () => this.#changed()),
      ...this.#followUsers(client),
    ]
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
    return this.#known.chats.look(chat).messages()
  }

  /** The known replies in the thread that begins with a message, oldest first and without a hole. */
  thread(chat: ChatRef, rootId: number): readonly KnownMessage[] {
    return this.#known.chats.look(chat).thread(rootId)
  }

  /** One known message, such as the one that another replies to. */
  message(chat: ChatRef, id: number): KnownMessage | undefined {
    return this.#known.chats.get(chat).find(id)
  }

  /** What else is known of a chat. */
  chat(chat: ChatRef): ChatState {
    return this.#known.chats.get(chat).state()
  }

  /** All chats that something is known of, the one with the newest message first. */
  chats(): readonly ChatState[] {
    if (this.#isListOld) this.#list = reuse(this.#list, this.#known.chats.list())
    this.#isListOld = false
    return this.#list
  }

  /** The threads that the user follows, those with the newest replies first. */
  threads(): readonly KnownThread[] {
    return this.#known.threads.all()
  }

  /** The reports that wait for the user, or another moderator, to resolve them; the oldest first. */
  reports(): readonly Readonly<ReportPayload>[] {
    return this.#known.reports.all()
  }

  /** Whom the user has blocked. */
  blocked(): ReadonlySet<number> {
    return this.#known.blocked
  }

  /** The users that are here or were, by id. */
  users(): readonly KnownUser[] {
    return this.#known.users.all()
  }

  user(userId: number): KnownUser | undefined {
    return this.#known.users.find(userId)
  }

  /** What to show for a user: see `Names`. */
  displayName(userId: number): string {
    return this.#names?.displayName(userId) ?? String(userId)
  }

  /**
   * The users that a text for a chat mentions, as `@12` or `@Anna`, for `mentions` of its message: members
   * of the chat, or where there are none, all whose names are known.
   */
  mentionsIn(chat: ChatRef, text: string): number[] {
    if (!text.includes('@')) return []
    const known = this.#known.chats.get(chat)
    const { members, memberCount } = known.state()
    const hasMembers = memberCount !== undefined
    const ids = hasMembers ? members.map(({ userId }) => userId) : (this.#names?.named() ?? [])
    return findMentions(text, {
      shown: new Map(ids.map((id) => [id, this.displayName(id)])),
      areOthers: !hasMembers || !known.hasAllMembers,
    })
  }

  #followChats(client: Source): (() => void)[] {
    const { chats } = this.#known
    return [
      client.on('message', (payload) => this.#add(payload)),
      client.on('supportMessage', (payload) => this.#add(payload)),
      client.on('edited', (edit) =>
        this.#changeMessage(edit, edit.id, (message) => edited(message, edit)),
      ),
      client.on('deleted', (deletion) => {
        this.#known.delete(deletion)
        this.#changed()
      }),
      client.on('reaction', (reaction) => {
        // It names its message's chat as well.
        const ref = reaction as unknown as ChatRef
        this.#changeMessage(ref, messageOf(reaction).id, (message) => reacted(message, reaction))
      }),
      client.on('supportChat', (payload) => this.#change(payload).setSupport(payload)),
      client.on('typing', (frame) => this.#change(frame).setTyping(frame.userId, frame.typing)),
      client.on('receipt', (frame) => this.#change(frame).setCursor(frame.userId, frame)),
      client.on('answer', (answer) => this.#answered(answer)),
      client.on('narrowed', (selection) => {
        chats.narrowed(new Subscription(selection))
        this.#changed()
      }),
      client.on('gap', () => this.#forgetChats()),
      client.on('names', () => this.#tell()),
    ]
  }

  #followUsers(client: Source): (() => void)[] {
    const { users, chats } = this.#known
    return [
      client.on('established', ({ epoch, online }) => {
        if (this.#epoch !== undefined && this.#epoch !== epoch) this.#forgetChats()
        this.#epoch = epoch
        chats.connected()
        users.setOnline(online)
        this.#changed()
      }),
      ...users.follow(client, () => this.#tell()),
    ]
  }

  #add(payload: ChatClientEvents['message'] | ChatClientEvents['supportMessage']): void {
    this.#known.add(payload)
    this.#changed()
  }

  #changeMessage(ref: ChatRef, id: number, change: (message: KnownMessage) => KnownMessage): void {
    this.#known.change(ref, id, change)
    this.#changed()
  }

  #answered(answer: AnswerFrame): void {
    const { chats, users } = this.#known
    switch (answer.type) {
      case 'HISTORY':
        // What becomes of the messages of other chats will not be heard.
        if (chats.isFollowed(answer)) chats.keep(answer).addPage(answer)
        break
      case 'CHATS':
        for (const summary of answer.chats)
          if (!chats.isLeft(summary)) chats.get(summary).addSummary(summary)
        break
      case 'SUPPORT_QUEUE':
        for (const { support_chat_id, assignee } of answer.chats)
          chats.get({ support_chat_id }).setSupport({ status: 'open', assignee })
        break
      case 'PRESENCE':
        users.replaceAll(answer)
        break
      default:
        return
    }
    this.#changed()
  }

  #forgetChats(): void {
    this.#known.forgetChats()
    this.#changed()
  }

  /** The chat, which is about to change. */
  #change(ref: ChatRef): KnownChat {
    this.#changed()
    return this.#known.chats.get(ref)
  }

  #changed(): void {
    this.#isListOld = true
    this.#tell()
  }

  #tell(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#schedule(() => {
      this.#isScheduled = false
      for (const listener of this.#listeners) listener()
    })
  }
}
