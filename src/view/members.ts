import type { ChatState } from '../client/known-chat.ts'
import type { BanOptions, ChatChange } from '../client/queries.ts'
import type { ChatRole } from '../protocol/chat-role.ts'
import { MAX_LIST_PAGE } from '../protocol/limits.ts'
import type { Ack } from '../protocol/server-frames.ts'
import { Asked, type AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { handled } from './handled.ts'
import { Listeners } from './listeners.ts'
import { derive, type Readable, whileRead } from './readable.ts'

/** What is done to the members of one chat. What is refused rejects; nobody need listen. */
export interface MemberActions {
  readonly add: (users: readonly number[], role?: ChatRole) => Promise<Ack>
  readonly remove: (user: number) => Promise<Ack>
  readonly setRole: (user: number, role: ChatRole) => Promise<Ack>
  /** Until a time, ISO 8601; null lets the member write again. */
  readonly mute: (user: number, until: string | null) => Promise<Ack>
  readonly ban: (user: number, options?: Pick<BanOptions, 'until' | 'reason'>) => Promise<Ack>
  readonly unban: (user: number) => Promise<Ack>
  readonly join: () => Promise<Ack>
  readonly leave: () => Promise<Ack>
  /** Changes what the chat is called and how it is set. */
  readonly change: (change: ChatChange) => Promise<Ack>
}

/** Who is in a chat, and what the user is in it. */
export interface ShownMembers
  extends MemberActions,
    Pick<ChatState, 'members' | 'memberCount' | 'role' | 'settings' | 'mutedUntil' | 'direct'> {
  readonly status: AskedStatus
  readonly error: Error | undefined
  /** Whether there are members after those that were asked for. */
  readonly hasMore: boolean
  readonly loadMore: () => Promise<void>
  readonly reload: () => void
}

/** The members of each chat that somebody looks at. */
export class Members {
  readonly #view: ChatView
  readonly #chats = new Map<number, Readable<ShownMembers>>()

  constructor(view: ChatView) {
    this.#view = view
  }

  of(chatId: number): Readable<ShownMembers> {
    let shown = this.#chats.get(chatId)
    if (!shown) {
      shown = membersOf(this.#view, chatId)
      this.#chats.set(chatId, shown)
    }
    return shown
  }
}

/** The pages of one chat's members that were asked for. */
class MemberPages extends Listeners {
  readonly #view: ChatView
  readonly #chatId: number
  #last: number | undefined
  #hasMore = false
  #loading: Promise<void> | undefined

  constructor(view: ChatView, chatId: number) {
    super()
    this.#view = view
    this.#chatId = chatId
  }

  get hasMore(): boolean {
    return this.#hasMore
  }

  /** Asks for the first page. */
  readonly begin = async (): Promise<void> => {
    this.#last = undefined
    await this.#ask()
  }

  /** Asks for the page after the last; what fails leaves it to be asked for again. */
  readonly loadMore = (): Promise<void> => {
    if (!this.#hasMore) return Promise.resolve()
    const done = () => {
      this.#loading = undefined
      this.changed()
    }
    this.#loading ??= this.#ask().then(done, done)
    return this.#loading
  }

  async #ask(): Promise<void> {
    const after = this.#last
    const query = { limit: MAX_LIST_PAGE, ...(after !== undefined && { after }) }
    const { members, has_more } = await this.#view.client.members(this.#chatId, query)
    this.#last = members.at(-1)?.user ?? after
    this.#hasMore = has_more
  }
}

function membersOf(view: ChatView, chatId: number): Readable<ShownMembers> {
  const { client, conversation } = view
  const pages = new MemberPages(view, chatId)
  const asked = new Asked(client, () => Promise.all([client.chat(chatId), pages.begin()]))
  const { reload } = asked
  const does = { ...memberActions(view, chatId), loadMore: pages.loadMore, reload }
  const look = (): ShownMembers => {
    const { members, memberCount, role, settings, mutedUntil, direct } = conversation.chat({
      chat_id: chatId,
    })
    const { status, error } = asked
    const { hasMore } = pages
    return {
      ...{ members, memberCount, role, settings, mutedUntil, direct },
      ...{ status, error, hasMore },
      ...does,
    }
  }
  const shown = derive([conversation, asked, pages], look(), look)
  return whileRead(shown, () => asked.want())
}

function memberActions({ client }: ChatView, chat_id: number): MemberActions {
  return {
    add: (users, role) => handled(client.addMembers(chat_id, users, role && { role })),
    remove: (user) => handled(client.removeMembers(chat_id, [user])),
    setRole: (user, role) => handled(client.setRole(chat_id, user, role)),
    mute: (user, until) => handled(client.mute(chat_id, user, until)),
    ban: (user, options) => handled(client.ban(user, { ...options, chat_id })),
    unban: (user) => handled(client.unban(user, { chat_id })),
    join: () => handled(client.join(chat_id)),
    leave: () => handled(client.leave(chat_id)),
    change: (change) => handled(client.changeChat(chat_id, change)),
  }
}
