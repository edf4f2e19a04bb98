import type { ChatClient } from '../client/chat-client.ts'
import type { ChatChanged, MembersChanged, Reported } from '../protocol/access-events.ts'
import { type Chat, type ChatRef, chatOf } from '../protocol/chat.ts'
import { type ChatData, MAKE_OR_JOIN } from './chat-data.ts'
import { chatLabel } from './chat-label.ts'
import {
  describeBeginning,
  describeChatChange,
  describeMembersChange,
  describeRemoval,
  usersIn,
} from './describe-changes.ts'
import type { ScreenState } from './screen-state.ts'

export interface MemberEventsOptions {
  readonly client: ChatClient
  readonly data: ChatData
  readonly state: ScreenState
  /** Shows a line in a chat, by default the chosen one. */
  notify(text: string, chat?: Chat): void
  /** The text being typed. */
  draft(): string
}

/** Tells in the chats what becomes of them and their members. */
export class MemberEvents {
  readonly #options: MemberEventsOptions
  readonly #ends: (() => void)[]

  constructor(options: MemberEventsOptions) {
    this.#options = options
    const { client } = options
    this.#ends = [
      client.on('membersChanged', (change) => this.#onMembers(change)),
      client.on('chatChanged', (change) => this.#onChat(change)),
      client.on('reported', (report) => this.#onReported(report)),
    ]
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  #onMembers(change: MembersChanged): void {
    const { data, state, notify } = this.#options
    const chat: Chat = { kind: 'chat', id: change.chat_id }
    const isOwn = change.removed?.includes(data.userId) ?? false
    const isShown = chatLabel(chat) === chatLabel(state.chat)
    const title = data.titleOf(chat)
    this.#named(usersIn(change), (nameOf) => {
      if (!isOwn) notify(describeMembersChange(change, nameOf), chat)
      // Whoever leaves here is told by the command; this may have been done elsewhere.
      else if (change.act !== 'leave' || isShown)
        notify(`${describeRemoval(change, title, nameOf)}${isShown ? this.#whatNow() : ''}`)
    })
    if (isOwn && isShown) {
      state.target = undefined
      state.overlay = undefined
      state.view().selectedId = undefined
    }
  }

  #whatNow(): string {
    const kept = this.#options.draft() === '' ? '' : '; what you typed was not sent and stays below'
    const { data, state } = this.#options
    const isThere = data.otherChat(state.chat) !== undefined
    return `${kept}. ${isThere ? 'Alt+N goes to another chat' : MAKE_OR_JOIN}`
  }

  #onChat(change: ChatChanged): void {
    const { data, notify } = this.#options
    const chat: Chat = { kind: 'chat', id: change.chat.chat_id }
    this.#named(usersIn(change), (nameOf) => {
      if (change.added === undefined) notify(describeChatChange(change, nameOf), chat)
      else if (change.by !== data.userId) notify(describeBeginning(change, nameOf), chat)
    })
  }

  #onReported({ report }: Reported): void {
    const { data, notify } = this.#options
    const { id, reporter, sender_id, reason } = report
    // It names its message's chat as well.
    const title = data.titleOf(chatOf(report as unknown as ChatRef))
    this.#named([reporter, sender_id], (nameOf) => {
      const what = `${nameOf(reporter)} reports a message of ${nameOf(sender_id)} in ${title}`
      notify(`report ${id}: ${what}: ${reason} (/reports)`)
    })
  }

  #named(users: readonly number[], tell: (nameOf: (userId: number) => string) => void): void {
    const { data } = this.#options
    void data.named(users).then(() => tell((userId) => data.nameOf(userId)))
  }
}
