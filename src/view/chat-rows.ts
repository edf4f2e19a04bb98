import type { ChatState } from '../client/known-chat.ts'
import { type ChatKind, type ChatRef, chatKey, chatOf, chatRef } from '../protocol/chat.ts'
import { cleanName } from '../protocol/display-name.ts'
import { Asked, type AskedStatus } from './asked.ts'
import type { ChatView } from './chat-view.ts'
import { derive, keep, type Readable, whileRead } from './readable.ts'

/** What a row says of a chat as it is known: who types, and who has read what, is no part of it. */
type ShownState = Pick<
  ChatState,
  | 'unread'
  | 'mentions'
  | 'notify'
  | 'role'
  | 'direct'
  | 'memberCount'
  | 'mutedUntil'
  | 'settings'
  | 'support'
  | 'lastMessage'
>

/** A chat in a list; the same object until any of it changed. */
export interface ChatRow extends ShownState {
  /** Names the chat across both kinds. */
  readonly key: string
  readonly ref: ChatRef
  readonly kind: ChatKind
  readonly id: number
  /** What it is called: its title, the other's name in a direct chat, or `#3` and `support #3`. */
  readonly title: string
}

/** The chats as a list shows them. */
export interface ShownChats {
  /** The one with the newest message first. */
  readonly chats: readonly ChatRow[]
  readonly status: AskedStatus
  readonly error: Error | undefined
  /** Of all chats but those that the user wants no signs of. */
  readonly totalUnread: number
  readonly totalMentions: number
  /** Asks the server again. */
  readonly reload: () => void
}

/** The chats of a view, and a row for each. */
export class ChatRows {
  /** Asks which chats there are, how far the user has read them and what is unread. */
  readonly asked: Asked
  /** All chats; they are asked for as long as somebody listens. */
  readonly list: Readable<ShownChats>
  readonly #view: ChatView
  readonly #rows = new Map<string, ChatRow>()

  constructor(view: ChatView) {
    this.#view = view
    const asked = new Asked(view.client, () => view.client.chats())
    this.asked = asked
    const start = listOf([], asked)
    const list = derive([view.conversation, asked], start, () =>
      listOf(
        view.conversation.chats().map((state) => this.#row(state)),
        asked,
      ),
    )
    this.list = whileRead(list, () => asked.want())
  }

  /** One chat, whether anything is known of it or not. */
  row(ref: ChatRef): Readable<ChatRow> {
    const { conversation } = this.#view
    const { kind, id } = chatOf(ref)
    const start: ChatRow = { ...UNKNOWN, ...nameOf(kind, id), title: labelOf(kind, id) }
    const row = derive([conversation], start, () => this.#row(conversation.chat(ref)))
    return whileRead(row, () => this.asked.want())
  }

  #row(state: ChatState): ChatRow {
    const { kind, id } = state.chat
    const named = nameOf(kind, id)
    const row = keep<ChatRow | undefined>(this.#rows.get(named.key), {
      ...named,
      ...shown(state),
      title: this.#titleOf(state),
    })!
    this.#rows.set(named.key, row)
    return row
  }

  #titleOf({ chat: { kind, id }, title, direct }: ChatState): string {
    if (direct !== undefined) return this.#view.conversation.displayName(direct)
    return cleanName(title ?? '') ?? labelOf(kind, id)
  }
}

const UNKNOWN: ShownState = {
  unread: 0,
  mentions: 0,
  notify: 'all',
  role: undefined,
  direct: undefined,
  memberCount: undefined,
  mutedUntil: undefined,
  settings: undefined,
  support: undefined,
  lastMessage: undefined,
}

function shown(state: ChatState): ShownState {
  const keys = Object.keys(UNKNOWN) as (keyof ShownState)[]
  return Object.fromEntries(keys.map((key) => [key, state[key]])) as unknown as ShownState
}

function nameOf(kind: ChatKind, id: number): Pick<ChatRow, 'key' | 'ref' | 'kind' | 'id'> {
  return { key: chatKey(kind, id), ref: chatRef(kind, id), kind, id }
}

function labelOf(kind: ChatKind, id: number): string {
  return kind === 'chat' ? `#${id}` : `support #${id}`
}

function listOf(chats: readonly ChatRow[], { status, error, reload }: Asked): ShownChats {
  const told = chats.filter(({ notify }) => notify !== 'none')
  return {
    chats,
    status,
    error,
    totalUnread: told.reduce((sum, { unread }) => sum + unread, 0),
    totalMentions: told.reduce((sum, { mentions }) => sum + mentions, 0),
    reload,
  }
}
