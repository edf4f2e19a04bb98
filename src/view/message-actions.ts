import type { KnownReaction } from '../client/known-message.ts'
import { type ChatRef, chatKeyOf, chatOf, type MessageRef, messageRef } from '../protocol/chat.ts'
import type { Ack } from '../protocol/server-frames.ts'
import type { ChatView } from './chat-view.ts'
import { handled } from './handled.ts'
import { Listeners } from './listeners.ts'
import { derive, type Readable } from './readable.ts'

/** An emoji that a message was given, as it is shown. */
export interface ShownReaction extends KnownReaction {
  readonly count: number
  /** Whether the user has given it. */
  readonly isOwn: boolean
}

/** What a user does to the messages of one chat. What is refused rejects; nobody need listen. */
export interface MessageActions {
  /** The users that the new content mentions are told so. */
  readonly edit: (id: number, content: string) => Promise<Ack>
  /** Takes a message back; for moderators, also one of others. */
  readonly remove: (id: number) => Promise<Ack>
  /** Shown at once by `useReactions`, and taken back where it is refused. */
  readonly react: (id: number, emoji: string) => Promise<Ack>
  readonly unreact: (id: number, emoji: string) => Promise<Ack>
  readonly pin: (id: number) => Promise<Ack>
  readonly unpin: (id: number) => Promise<Ack>
  /** Tells the moderators of a message. */
  readonly report: (id: number, reason: string) => Promise<Ack>
  /** Follows the thread that begins with a message, or no longer. */
  readonly follow: (id: number, isFollowed: boolean) => Promise<Ack>
}

/** A reaction that is not known to be stored yet. */
interface Wish {
  readonly emoji: string
  readonly isGiven: boolean
}

const NONE: readonly ShownReaction[] = []
const NO_REACTIONS: readonly KnownReaction[] = []
const NO_WISHES: readonly Wish[] = []

/** Acts on messages, and shows own reactions before they are stored. */
export class Messages extends Listeners {
  readonly #view: ChatView
  /** Chat and message → what the user wants, oldest first */
  readonly #wishes = new Map<string, readonly Wish[]>()

  constructor(view: ChatView) {
    super()
    this.#view = view
  }

  actionsIn(chat: ChatRef): MessageActions {
    const { client, conversation } = this.#view
    const { kind } = chatOf(chat)
    const ref = (id: number): MessageRef => messageRef(kind, id)
    return {
      edit: (id, content) => {
        const mentions = conversation.mentionsIn(chat, content)
        return handled(client.edit(ref(id), content, { mentions }))
      },
      remove: (id) => handled(client.delete(ref(id))),
      react: (id, emoji) => this.#react(chat, id, { emoji, isGiven: true }),
      unreact: (id, emoji) => this.#react(chat, id, { emoji, isGiven: false }),
      pin: (id) => handled(client.pin(ref(id))),
      unpin: (id) => handled(client.pin(ref(id), { pinned: false })),
      report: (id, reason) => handled(client.report(ref(id), reason)),
      follow: (id, followed) => handled(client.follow(ref(id), { followed })),
    }
  }

  /** The reactions to a message, as they will be. */
  reactionsTo(chat: ChatRef, id: number): Readable<readonly ShownReaction[]> {
    const { client, conversation } = this.#view
    let last:
      | { of: readonly KnownReaction[]; wishes: readonly Wish[]; shown: typeof NONE }
      | undefined
    return derive([conversation, this], NONE, () => {
      const of = conversation.message(chat, id)?.reactions ?? NO_REACTIONS
      const wishes = this.#wishes.get(keyOf(chat, id)) ?? NO_WISHES
      if (last?.of !== of || last.wishes !== wishes)
        last = { of, wishes, shown: shownOf(of, wishes, client.userId) }
      return last.shown
    })
  }

  #react(chat: ChatRef, id: number, wish: Wish): Promise<Ack> {
    const { client } = this.#view
    const key = keyOf(chat, id)
    const wishes = (this.#wishes.get(key) ?? []).filter(({ emoji }) => emoji !== wish.emoji)
    this.#setWishes(key, [...wishes, wish])
    const ref = messageRef(chatOf(chat).kind, id)
    const sent = client.react(ref, wish.emoji, { remove: !wish.isGiven })
    const done = () => {
      this.#setWishes(key, this.#wishes.get(key)?.filter((one) => one !== wish) ?? [])
    }
    // The reaction itself comes before the answer, or not at all.
    sent.then(done, done)
    return handled(sent)
  }

  #setWishes(key: string, wishes: readonly Wish[]): void {
    if (wishes.length === 0) this.#wishes.delete(key)
    else this.#wishes.set(key, wishes)
    this.changed()
  }
}

function shownOf(
  reactions: readonly KnownReaction[],
  wishes: readonly Wish[],
  userId: number,
): readonly ShownReaction[] {
  const users = new Map(reactions.map(({ emoji, userIds }) => [emoji, userIds]))
  for (const { emoji, isGiven } of wishes) {
    const others = users.get(emoji)?.filter((id) => id !== userId) ?? []
    users.set(emoji, isGiven ? [...others, userId] : others)
  }
  return [...users]
    .filter(([, userIds]) => userIds.length > 0)
    .map(([emoji, userIds]) => {
      return { emoji, userIds, count: userIds.length, isOwn: userIds.includes(userId) }
    })
}

function keyOf(chat: ChatRef, id: number): string {
  return `${chatKeyOf(chat)} ${id}`
}
