import { noChat, refuse } from './access-rules.ts'
import type { NewMessageEntry, NewSupportChange, SupportEntry, SupportStatus } from './entries.ts'
import type { Decision, PlanContext } from './plan-context.ts'
import type { Refused } from './store.ts'

/** A support chat, as far as what is written there changes it. */
export interface SupportChat {
  status: SupportStatus
  assignee: number | null
  /** ISO 8601; null when nobody waits for an answer. */
  waitingSince: string | null
  /** Who wrote its first message. */
  customer: number | null
}

/** What becomes of support chats: by what is written there, and by what agents do. */
export class SupportPlan {
  /** Support chat → its state. */
  readonly changed = new Map<number, SupportChat>()
  readonly #chats: Map<number, SupportChat>
  readonly #context: Pick<PlanContext, 'known' | 'createdAt'>

  /** @param chats those that a batch touches; changed as entries are decided */
  constructor(chats: Map<number, SupportChat>, context: Pick<PlanContext, 'known' | 'createdAt'>) {
    this.#chats = chats
    this.#context = context
  }

  /**
   * Why the sender may not write in a support chat: it is between agents and the customer, who opens it. One
   * of which nobody knows who opened it is nobody's to take.
   */
  refusalOf(entry: NewMessageEntry): Refused | undefined {
    const { authority, chatId, senderId } = entry
    if (!authority) return undefined
    const chat = this.#chats.get(chatId)
    if (authority.isAgent)
      return chat
        ? undefined
        : refuse(entry, 'NOT_FOUND', `There is no support chat ${chatId}: customers open them`)
    return chat === undefined || chat.customer === senderId
      ? undefined
      : noChat(entry, chatId, 'support')
  }

  /** A customer's message opens the chat, and waits; an agent's answers what waited. */
  note({ chatId, senderId, isFromAgent }: NewMessageEntry): void {
    const before = this.#chats.get(chatId)
    const chat: SupportChat = {
      status: isFromAgent ? (before?.status ?? 'open') : 'open',
      assignee: before?.assignee ?? null,
      waitingSince: isFromAgent ? null : (before?.waitingSince ?? this.#context.createdAt),
      customer: before?.customer ?? (isFromAgent ? null : senderId),
    }
    if (chat.customer !== null) this.#context.known.customers.set(chatId, chat.customer)
    this.#chats.set(chatId, chat)
    this.changed.set(chatId, chat)
  }

  decide(entry: NewSupportChange): Decision<SupportEntry> {
    const { chatId } = entry
    const before = this.#chats.get(chatId)
    if (!before) return refuse(entry, 'NOT_FOUND', `There is no support chat ${chatId}`)
    const status = entry.status ?? before.status
    const assignee = entry.assignee === undefined ? before.assignee : entry.assignee
    const { senderId, clientId } = entry
    const place = { kind: 'support', chatId, id: chatId } as const
    const about = { type: 'support', ...place, senderId, clientId, status, assignee } as const
    if (status === before.status && assignee === before.assignee) return { same: about }
    const waitingSince = status === 'closed' ? null : before.waitingSince
    const chat = { status, assignee, waitingSince, customer: before.customer }
    this.#chats.set(chatId, chat)
    this.changed.set(chatId, chat)
    return { stored: about }
  }
}
