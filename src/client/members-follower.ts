import type {
  ChatChanged,
  MembersChanged,
  MessagePinned,
  ThreadFollowed,
} from '../protocol/access-events.ts'
import { type ChatRef, chatOf, messageOf } from '../protocol/chat.ts'
import type { AnswerFrame } from '../protocol/questions.ts'
import type { ChatClientEvents } from './client-events.ts'
import type { Emitter } from './emitter.ts'
import type { Knowledge } from './knowledge.ts'
import type { Payload } from './known-message.ts'
import { type Asks, Newcomer } from './newcomer.ts'

/** Keeps up with who is in which chat, what is pinned and reported, and what the user has set. */
export class MembersFollower {
  readonly #known: Knowledge
  readonly #newcomer: Newcomer

  constructor(known: Knowledge, client: Asks) {
    this.#known = known
    this.#newcomer = new Newcomer(client)
  }

  /** Follows a client's events until the functions returned are called. */
  follow(client: Pick<Emitter<ChatClientEvents>, 'on'>, changed: () => void): (() => void)[] {
    const { chats, threads, reports } = this.#known
    const on = <Name extends keyof ChatClientEvents>(
      name: Name,
      take: (event: ChatClientEvents[Name]) => void,
    ) =>
      client.on(name, (event) => {
        take(event)
        changed()
      })
    return [
      on('chatChanged', (change) => this.#chatChanged(change)),
      on('membersChanged', (change) => this.#membersChanged(change)),
      on('pinned', (pin) => this.#pinned(pin)),
      on('chatSettings', (set) =>
        this.#make(set.chat_id, () =>
          chats.get(set).changeProfile((profile) => profile.setNotify(set.notify)),
        ),
      ),
      on('threadFollowed', (follow) => this.#make(follow.chat_id, () => this.#followed(follow))),
      on('threadRead', (read) => threads.read(chatOf(read), read.thread, read.id)),
      on('blocksChanged', ({ user, blocked }) =>
        this.#make(undefined, () => this.#blockChanged(user, blocked)),
      ),
      on('reported', ({ report }) => reports.told([report])),
      on('reportResolved', (resolved) => this.#make(undefined, () => reports.resolved(resolved))),
      client.on('answer', (answer) => {
        if (!this.#answered(answer)) return
        this.#known.recent.makeAgain()
        changed()
      }),
    ]
  }

  /** Makes a change, and again after each answer that may be older. */
  #make(chatId: number | undefined, make: () => void): void {
    make()
    this.#known.recent.add(chatId, make)
  }

  #chatChanged({ chat, added }: ChatChanged): void {
    const { chats, userId } = this.#known
    const { chat_id } = chat
    this.#make(chat_id, () => chats.get(chat).changeProfile((profile) => profile.told(chat, added)))
    if (!added?.some(({ user }) => user === userId)) return
    chats.entered(chat)
    // It was just made: nothing has been said.
    if (chats.isFollowed(chat))
      chats.keep(chat).addPage({ type: 'HISTORY', chat_id, messages: [], has_more: false })
    this.#newcomer.askPresence()
  }

  #membersChanged(change: MembersChanged): void {
    const { chats, userId } = this.#known
    const { chat_id, added, removed } = change
    if (removed?.includes(userId)) {
      this.#known.left({ chat_id })
      // Where only those are told of who share a chat, nothing more comes of the others.
      this.#newcomer.askPresence()
      return
    }
    this.#make(chat_id, () =>
      chats.get({ chat_id }).changeProfile((profile) => profile.membersChanged(change)),
    )
    if (!added?.some(({ user }) => user === userId)) return
    chats.entered({ chat_id })
    this.#newcomer.entered(chat_id, chats.isFollowed({ chat_id }))
  }

  #followed(follow: ThreadFollowed): void {
    const { chats, threads } = this.#known
    // It names its message's chat as well.
    const ref = follow as unknown as ChatRef
    const { id } = messageOf(follow)
    if (follow.followed) threads.followed(chatOf(ref), id, chats.get(ref).find(id))
    else threads.unfollowed(chatOf(ref), id)
  }

  #pinned(pin: MessagePinned): void {
    // It names its message's chat as well.
    const ref = pin as unknown as ChatRef
    const { id } = messageOf(pin)
    const { chats } = this.#known
    if (pin.pinned && !chats.get(ref).find(id)) this.#newcomer.pinned(ref)
    this.#make(pin.chat_id, () => chats.get(ref).setPinned(id, pin.pinned))
  }

  #blockChanged(user: number, isBlocked: boolean): void {
    const blocked = new Set(this.#known.blocked)
    if (isBlocked) blocked.add(user)
    else blocked.delete(user)
    this.#known.blocked = blocked
  }

  /** Takes in an answer; false for one that is none of its business. */
  #answered(answer: AnswerFrame): boolean {
    const { chats, threads, reports } = this.#known
    switch (answer.type) {
      case 'CHAT': {
        const { chat, member } = answer
        // It may have been asked before the user was removed.
        if (!chats.isLeft(chat))
          chats.get(chat).changeProfile((profile) => profile.told(chat, member && [member]))
        break
      }
      case 'MEMBERS':
        if (!chats.isLeft(answer))
          chats.get(answer).changeProfile((profile) => profile.membersTold(answer.members))
        break
      case 'PINS':
        if (chats.isFollowed(answer as ChatRef))
          chats.get(answer as ChatRef).setPins(answer.messages as Payload[])
        break
      case 'THREADS':
        threads.replaceAll(answer)
        break
      case 'REPORTS':
        reports.told(answer.reports)
        break
      case 'BLOCKED':
        this.#known.blocked = new Set(answer.users)
        break
      case 'CHATS':
        // A conversation takes it in.
        break
      default:
        return false
    }
    return true
  }
}
