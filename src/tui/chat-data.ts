import type { ChatClient, ConnectionStatus } from '../client/chat-client.ts'
import type { Conversation } from '../client/conversation.ts'
import type { ChatState } from '../client/known-chat.ts'
import type { KnownUser } from '../client/known-users.ts'
import type { NamedMessage } from '../client/requests.ts'
import type { MembersChanged } from '../protocol/access-events.ts'
import { type Chat, type ChatRef, chatRef } from '../protocol/chat.ts'
import { cleanName } from '../protocol/display-name.ts'
import { ChatView } from '../view/chat-view.ts'
import type { PendingMessage } from '../view/draft.ts'
import { likelyPeople, othersIn } from '../view/likely-people.ts'
import { chatLabel } from './chat-label.ts'
import type { StoredMessage } from './pane/pane-entry.ts'
import type { UserRow } from './screen-model.ts'
import { shownName } from './shown-name.ts'
import { untilNamed } from './until-named.ts'

/** What to do without a chat to go to. */
export const MAKE_OR_JOIN = '/create Garden makes one, /join lists those to join'

/** The newest messages kept of each chat, besides older ones that were scrolled to. */
const MAX_MESSAGES = 2_000

/**
 * What the screen shows of the server's side: what the client knows of chats and users, and the
 * own messages that are on their way. Lists stay the same objects while nothing in them changes.
 */
export class ChatData {
  readonly userId: number
  /** Whether chats have members on this server. */
  hasMembers = false
  readonly view: ChatView
  readonly conversation: Conversation
  readonly #client: ChatClient
  readonly #ends: (() => void)[]
  /** Label of a chat that the user was removed from → what it was called. */
  readonly #left = new Map<string, string>()
  #users: { known: readonly KnownUser[]; rows: readonly UserRow[] } | undefined

  /** @param onChange is called after changes */
  constructor(client: ChatClient, onChange: () => void) {
    this.userId = client.userId
    this.#client = client
    // Before the conversation forgets what the chat is called.
    const left = client.on('membersChanged', (change) => this.#noteLeaving(change))
    this.view = new ChatView(client, { maxMessages: MAX_MESSAGES })
    this.conversation = this.view.conversation
    this.#ends = [
      left,
      client.on('established', ({ access }) => {
        this.hasMembers = access === 'members'
      }),
      client.on('names', () => {
        this.#users = undefined
      }),
      this.conversation.subscribe(onChange),
      this.view.outbox.subscribe(onChange),
    ]
  }

  get status(): ConnectionStatus {
    return this.#client.status
  }

  /** Sends a message, which is shown as pending until it has come back, or is refused. */
  async send(message: NamedMessage): Promise<void> {
    const { content, client_id, reply_to, thread, mentions = [] } = message
    const { file_paths: path, file_type = '' } = message
    const files = path === undefined ? [] : [{ path, file_type }]
    const draft = { content, client_id, reply_to, thread, mentions, files }
    try {
      await this.view.outbox.send(message as ChatRef, draft)
    } catch (error) {
      // Whoever has sent it says so, with its text.
      this.view.outbox.discard(client_id)
      throw error
    }
  }

  /** Oldest first. */
  messagesOf(chat: Chat): readonly StoredMessage[] {
    return this.conversation.messages(refOf(chat))
  }

  /** Own messages that have not come back, oldest first. */
  pendingOf(chat: Chat): readonly PendingMessage[] {
    return this.view.outbox.pendingOf(refOf(chat))
  }

  stateOf(chat: Chat): ChatState {
    return this.conversation.chat(refOf(chat))
  }

  /** The chats there are. */
  chats(): readonly ChatState[] {
    return this.conversation.chats()
  }

  /** A chat of the user's to go to from another one: that with the newest message. */
  otherChat(chat: Chat): Chat | undefined {
    const label = chatLabel(chat)
    return this.chats().find(
      ({ chat: other, role }) =>
        chatLabel(other) !== label && (other.kind === 'support' || role !== undefined),
    )?.chat
  }

  /** Who is online, ascending. */
  users(): readonly UserRow[] {
    const known = this.conversation.users()
    if (this.#users?.known !== known) {
      const online = known.filter(({ status }) => status !== 'offline')
      const rows = online.map(({ userId, status, connections }) => ({
        id: userId,
        name: this.nameOf(userId),
        isIdle: status === 'idle',
        connections: connections ?? 0,
      }))
      this.#users = { known, rows }
    }
    return this.#users.rows
  }

  /** What a user is shown as: the id as long as no name is known. */
  nameOf(userId: number): string {
    return shownName(this.conversation.displayName(userId))
  }

  /** Resolves once what these users are shown as is known, or will not be told soon. */
  named(userIds: readonly number[]): Promise<void> {
    return untilNamed(this.#client, userIds)
  }

  /** Words that mean the user, in lower case: `@` and the id or the name. */
  ownWords(): readonly string[] {
    const name = cleanName(this.#client.names.find(this.userId)?.name ?? '')
    return [`@${this.userId}`, ...(name === undefined ? [] : [`@${name.toLowerCase()}`])]
  }

  /** What a chat is called, with its label; the label alone where it has no title. */
  titleOf(chat: Chat): string {
    const label = chatLabel(chat)
    const left = this.#left.get(label)
    if (left !== undefined) return left
    const { title, direct } = this.stateOf(chat)
    const name = direct === undefined ? cleanName(title ?? '') : `@${this.nameOf(direct)}`
    return name === undefined ? label : `${shownName(name)} ${label}`
  }

  /** Whether the user was removed from a chat, or left it. */
  isLeft(chat: Chat): boolean {
    return this.#left.has(chatLabel(chat))
  }

  /** Whom a message for a chat mentions with this text. */
  mentionsIn(chat: Chat, text: string): number[] {
    return this.conversation.mentionsIn(refOf(chat), text)
  }

  /** All who could be meant there: who has written, is online, or is in it, then all with a name. */
  peopleIn(chat: Chat): readonly number[] {
    return likelyPeople(this.view, refOf(chat))
  }

  /** The others: who has written there lately, the newest first, then who is online. */
  othersIn(chat: Chat): readonly number[] {
    return othersIn(this.view, refOf(chat))
  }

  /** Who is typing there, besides the user. */
  typistsOf(chat: Chat): readonly number[] {
    return this.stateOf(chat).typing.filter((id) => id !== this.userId)
  }

  /** How far the user has read there, as an id; 0 for nothing. */
  readOf(chat: Chat): number {
    return this.stateOf(chat).cursors.get(this.userId)?.read ?? 0
  }

  /** How many others have a message, and who has read it. */
  receiptsOf(
    chat: Chat,
    id: number,
  ): { readonly delivered: number; readonly read: readonly number[] } {
    let delivered = 0
    const read: number[] = []
    for (const [userId, cursor] of this.stateOf(chat).cursors) {
      if (userId === this.userId) continue
      if (cursor.delivered >= id) delivered += 1
      if (cursor.read >= id) read.push(userId)
    }
    return { delivered, read }
  }

  close(): void {
    this.view.outbox.close()
    for (const end of this.#ends) end()
  }

  #noteLeaving({ chat_id, added, removed }: MembersChanged): void {
    const chat = { kind: 'chat', id: chat_id } as const
    if (removed?.includes(this.userId)) this.#left.set(chatLabel(chat), this.titleOf(chat))
    else if (added?.some(({ user }) => user === this.userId)) this.#left.delete(chatLabel(chat))
  }
}

/** A chat as frames name it. */
export function refOf({ kind, id }: Chat): ChatRef {
  return chatRef(kind, id)
}
