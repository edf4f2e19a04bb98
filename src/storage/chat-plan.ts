import { pairKey } from './access-changes.ts'
import type { ChatEntry, ChatState, MemberGrant, NewChatChange } from './access-entries.ts'
import type { KnownChat } from './access-records.ts'
import { directKey } from './access-references.ts'
import { noChat, refuse, refuseToReach } from './access-rules.ts'
import {
  type Decision,
  DIRECT_IS_FIXED,
  type Draft,
  noteAct,
  type PlanContext,
  type PlannedChats,
} from './plan-context.ts'
import { actsOfChange, type ChatAct } from './rights.ts'

/** What becomes of entries that make chats, or change them. */
export class ChatPlan {
  readonly #context: PlanContext
  readonly #chats: PlannedChats
  #nextChatId: number

  constructor(context: PlanContext, chats: PlannedChats) {
    this.#context = context
    this.#chats = chats
    this.#nextChatId = context.known.nextChatId
  }

  /** @param offset that the entry gets if it is stored */
  decide(entry: NewChatChange, offset: number): Decision<ChatEntry> {
    if (entry.chatId !== undefined) return this.#changeChat(entry, entry.chatId)
    return entry.directWith === undefined
      ? this.#makeChat(entry, offset)
      : this.#findDirect(entry, entry.directWith, offset)
  }

  #makeChat(entry: NewChatChange, offset: number): Decision<ChatEntry> {
    const { senderId, change } = entry
    const others = entry.members.filter((userId) => userId !== senderId)
    const refused = this.#context.rules.refusalOfSeating(entry, others)
    if (refused) return refused
    const added: MemberGrant[] = [
      { userId: senderId, role: 'owner' },
      ...others.map((userId) => ({ userId, role: 'member' }) as const),
    ]
    return this.#addChat(entry, offset, added, {
      title: change.title ?? undefined,
      visibility: change.visibility ?? 'private',
      history: change.history ?? 'all',
      slowModeSeconds: change.slowModeSeconds ?? 0,
      retentionSeconds: change.retentionSeconds ?? undefined,
      direct: undefined,
      createdBy: senderId,
      memberCount: added.length,
    })
  }

  #findDirect(entry: NewChatChange, other: number, offset: number): Decision<ChatEntry> {
    const { known } = this.#context
    const { senderId } = entry
    if (other === senderId)
      return refuse(entry, 'FORBIDDEN', 'A direct chat is with another user than oneself')
    const chatId = known.directs.get(directKey(senderId, other))
    const chat = chatId === undefined ? undefined : known.chats.get(chatId)
    if (chat) return { same: chatEntry(entry, chat, []) }
    if (entry.authority && known.blocks.has(pairKey(senderId, other)))
      return refuse(entry, 'FORBIDDEN', `You have blocked user ${other}: unblock the user first`)
    if (entry.authority && this.#context.rules.isBlockedBy(other, entry))
      return refuseToReach(entry, other)
    const added = [senderId, other].map((userId) => ({ userId, role: 'member' }) as const)
    return this.#addChat(entry, offset, added, {
      title: undefined,
      visibility: 'private',
      history: 'all',
      slowModeSeconds: 0,
      retentionSeconds: undefined,
      direct: [Math.min(senderId, other), Math.max(senderId, other)],
      createdBy: senderId,
      memberCount: 2,
    })
  }

  #addChat(
    entry: NewChatChange,
    offset: number,
    added: readonly MemberGrant[],
    state: ChatState,
  ): Decision<ChatEntry> {
    const userIds = added.map(({ userId }) => userId)
    const refused = this.#chats.refusalOfMaking(entry) ?? this.#chats.refusalOfMore(entry, userIds)
    if (refused) return refused
    this.#chats.noteMade(entry)
    const { createdAt } = this.#context
    const chat: KnownChat = { ...state, chatId: this.#nextChatId, madeAt: createdAt }
    this.#nextChatId += 1
    this.#chats.set(chat)
    if (chat.direct) this.#context.known.directs.set(directKey(...chat.direct), chat.chatId)
    for (const { userId, role } of added)
      this.#chats.seat(chat.chatId, userId, { role, offset, by: entry.senderId })
    return { stored: chatEntry(entry, chat, added) }
  }

  #changeChat(entry: NewChatChange, chatId: number): Decision<ChatEntry> {
    const { known, rules } = this.#context
    const { change } = entry
    for (const act of ['read', ...actsOfChange(change)] satisfies ChatAct[]) {
      const refused = rules.refusalOf(entry, chatId, act)
      if (refused) return refused
    }
    const chat = known.chats.get(chatId)
    if (!chat) return noChat(entry, chatId)
    if (chat.direct) return refuse(entry, 'FORBIDDEN', DIRECT_IS_FIXED)
    const changed: KnownChat = {
      ...chat,
      title: change.title === undefined ? chat.title : (change.title ?? undefined),
      visibility: change.visibility ?? chat.visibility,
      history: change.history ?? chat.history,
      slowModeSeconds: change.slowModeSeconds ?? chat.slowModeSeconds,
      retentionSeconds:
        change.retentionSeconds === undefined
          ? chat.retentionSeconds
          : (change.retentionSeconds ?? undefined),
    }
    const keys = ['title', 'visibility', 'history', 'slowModeSeconds', 'retentionSeconds'] as const
    if (keys.every((key) => changed[key] === chat[key])) return { same: chatEntry(entry, chat, []) }
    this.#chats.set(changed)
    noteAct(this.#context, entry, 'change_chat', { kind: 'chat', chatId, detail: change })
    return { stored: chatEntry(entry, changed, []) }
  }
}

function chatEntry(
  { senderId, clientId }: NewChatChange,
  { chatId, madeAt: _, ...state }: KnownChat,
  added: readonly MemberGrant[],
): Draft<ChatEntry> {
  return { type: 'chat', kind: 'chat', chatId, id: chatId, senderId, clientId, state, added }
}
