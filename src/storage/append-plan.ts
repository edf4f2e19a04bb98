import type { ChatKind } from '../protocol/chat.ts'
import { MAX_OWN_REACTIONS } from '../protocol/limits.ts'
import { readUploadNames } from '../protocol/upload-name.ts'
import {
  type EventEntry,
  type LogEntry,
  type MessageEntry,
  type NewDeletion,
  type NewEdit,
  type NewEntry,
  type NewMessageEntry,
  type NewReaction,
  type NewSupportChange,
  nameOf,
  type SupportStatus,
} from './entries.ts'
import type { Outcome, Refused } from './store.ts'

/** A message that entries of a batch are about. */
export interface Target {
  readonly kind: ChatKind
  readonly id: number
  readonly chatId: number
  readonly senderId: number
  content: string
  isDeleted: boolean
  /** As its sender wrote it; null without files. */
  readonly filePaths: string | null
}

export interface SupportChat {
  status: SupportStatus
  assignee: number | null
  /** ISO 8601; null when nobody waits for an answer. */
  waitingSince: string | null
}

/** What the database holds of what a batch touches. */
export interface Known {
  readonly lastOffset: number
  /** `nameOf` → the entry stored under it. */
  readonly named: Map<string, LogEntry>
  /** `targetKey` → the message. */
  readonly targets: Map<string, Target>
  /** `reactionKey` of each that stands. */
  readonly reactions: Set<string>
  /** `giverKey` → how many of the user's reactions to the message stand, counted to `MAX_OWN_REACTIONS`. */
  readonly reactionCounts: Map<string, number>
  /** Support chat → its state. */
  readonly supportChats: Map<number, SupportChat>
}

/** A reaction that is to be stored, or removed. */
export interface ReactionChange {
  readonly kind: ChatKind
  readonly messageId: number
  readonly emoji: string
  readonly senderId: number
  readonly offset: number
  readonly removed: boolean
}

type Draft<Entry> = { -readonly [Key in keyof Entry]: Entry[Key] }

/**
 * What storing a batch comes to: numbers its entries, and finds what is repeated, changes nothing
 * or is refused. Entries take effect one after the other, as if each were a batch of its own.
 */
export class AppendPlan {
  readonly outcomes: Outcome[] = []
  /** Their ids are 0 until the database has given them out. */
  readonly messages: Draft<MessageEntry>[] = []
  readonly events: EventEntry[] = []
  /** Messages whose content changes. */
  readonly changedTargets = new Map<string, Target & { isEdited: boolean }>()
  /** `reactionKey` → the last change. */
  readonly reactionChanges = new Map<string, ReactionChange>()
  readonly changedSupportChats = new Map<number, SupportChat>()
  /** The uploads that messages name which are deleted. */
  readonly releasedFiles: { readonly name: string; readonly ownerId: number }[] = []
  readonly #known: Known
  readonly #createdAt: string
  #lastOffset: number

  /** @param known is changed as entries are added */
  constructor(known: Known, createdAt: string) {
    this.#known = known
    this.#createdAt = createdAt
    this.#lastOffset = known.lastOffset
  }

  /** The newest offset once the plan is stored. */
  get lastOffset(): number {
    return this.#lastOffset
  }

  add(entry: NewEntry): void {
    const name = nameOf(entry)
    const first = name === undefined ? undefined : this.#known.named.get(name)
    if (first) {
      this.outcomes.push({ entry: first, repeated: true })
      return
    }
    const outcome = this.#apply(entry)
    this.outcomes.push(outcome)
    if (name !== undefined && 'entry' in outcome && !outcome.repeated)
      this.#known.named.set(name, outcome.entry)
  }

  #apply(entry: NewEntry): Outcome {
    switch (entry.type) {
      case 'message':
        return this.#addMessage(entry)
      case 'edit':
        return this.#edit(entry)
      case 'deletion':
        return this.#delete(entry)
      case 'reaction':
        return this.#react(entry)
      case 'support':
        return this.#changeSupportChat(entry)
    }
  }

  #addMessage(entry: NewMessageEntry): Outcome {
    const { kind, chatId, replyTo } = entry
    if (replyTo !== undefined && this.#target(kind, replyTo)?.chatId !== chatId)
      return refuse(entry, 'NOT_FOUND', `reply_to: this chat has no message ${replyTo}`)
    const { isFromAgent, ...message } = entry
    const unchanged = { editedAt: undefined, deletedAt: undefined }
    const stored: Draft<MessageEntry> = { ...message, id: 0, ...unchanged, ...this.#next() }
    this.messages.push(stored)
    if (kind === 'support') this.#noteSupportMessage(chatId, isFromAgent)
    return { entry: stored, repeated: false }
  }

  /** A customer's message opens the chat, and waits; an agent's answers what waited. */
  #noteSupportMessage(chatId: number, isFromAgent: boolean): void {
    const before = this.#known.supportChats.get(chatId)
    const chat: SupportChat = {
      status: isFromAgent ? (before?.status ?? 'open') : 'open',
      assignee: before?.assignee ?? null,
      waitingSince: isFromAgent ? null : (before?.waitingSince ?? this.#createdAt),
    }
    this.#known.supportChats.set(chatId, chat)
    this.changedSupportChats.set(chatId, chat)
  }

  #edit(entry: NewEdit): Outcome {
    const target = this.#ownTarget(entry)
    if ('refused' in target) return target
    const { content } = entry
    const about = { type: 'edit', ...this.#about(entry, target), content } as const
    if (target.content === content) return this.#unchanged(about)
    target.content = content
    this.changedTargets.set(targetKey(entry.kind, target.id), { ...target, isEdited: true })
    return this.#addEvent({ ...about, ...this.#next() })
  }

  #delete(entry: NewDeletion): Outcome {
    const target = this.#ownTarget(entry, true)
    if ('refused' in target) return target
    const about = { type: 'deletion', ...this.#about(entry, target) } as const
    if (target.isDeleted) return this.#unchanged(about)
    target.content = ''
    target.isDeleted = true
    for (const name of readUploadNames(target.filePaths ?? '') ?? [])
      this.releasedFiles.push({ name, ownerId: target.senderId })
    const key = targetKey(entry.kind, target.id)
    // It may have been edited in this batch, just before.
    const isEdited = this.changedTargets.get(key)?.isEdited ?? false
    this.changedTargets.set(key, { ...target, isEdited })
    return this.#addEvent({ ...about, ...this.#next() })
  }

  #react(entry: NewReaction): Outcome {
    const { kind, messageId, emoji, senderId, removed } = entry
    const target = this.#target(kind, messageId)
    if (!target || target.isDeleted) return notFound(entry)
    const key = reactionKey(entry)
    const about = { type: 'reaction', ...this.#about(entry, target), emoji, removed } as const
    if (this.#known.reactions.has(key) !== removed) return this.#unchanged(about)
    const giver = giverKey(entry)
    const count = this.#known.reactionCounts.get(giver) ?? 0
    if (!removed && count >= MAX_OWN_REACTIONS)
      return refuse(
        entry,
        'FORBIDDEN',
        `You have given ${MAX_OWN_REACTIONS} reactions to it, the most there may be`,
      )
    this.#known.reactionCounts.set(giver, count + (removed ? -1 : 1))
    if (removed) this.#known.reactions.delete(key)
    else this.#known.reactions.add(key)
    const stored = { ...about, ...this.#next() }
    const { offset } = stored
    this.reactionChanges.set(key, { kind, messageId, emoji, senderId, offset, removed })
    return this.#addEvent(stored)
  }

  #changeSupportChat(entry: NewSupportChange): Outcome {
    const { chatId } = entry
    const before = this.#known.supportChats.get(chatId)
    if (!before) return refuse(entry, 'NOT_FOUND', `There is no support chat ${chatId}`)
    const status = entry.status ?? before.status
    const assignee = entry.assignee === undefined ? before.assignee : entry.assignee
    const { senderId, clientId } = entry
    const place = { kind: 'support', chatId, id: chatId } as const
    const about = { type: 'support', ...place, senderId, clientId, status, assignee } as const
    if (status === before.status && assignee === before.assignee) return this.#unchanged(about)
    const waitingSince = status === 'closed' ? null : before.waitingSince
    const chat = { status, assignee, waitingSince }
    this.#known.supportChats.set(chatId, chat)
    this.changedSupportChats.set(chatId, chat)
    return this.#addEvent({ ...about, ...this.#next() })
  }

  #addEvent(entry: EventEntry): Outcome {
    this.events.push(entry)
    return { entry, repeated: false }
  }

  /** What was asked for is so already, as of the newest offset. */
  #unchanged(about: Omit<EventEntry, 'offset' | 'createdAt'>): Outcome {
    const entry = { ...about, offset: this.#lastOffset, createdAt: this.#createdAt } as EventEntry
    return { entry, repeated: true }
  }

  #target(kind: ChatKind, id: number): Target | undefined {
    return this.#known.targets.get(targetKey(kind, id))
  }

  /** The sender's own message that an entry changes. */
  #ownTarget(entry: NewEdit | NewDeletion, mayBeDeleted = false): Target | Refused {
    const target = this.#target(entry.kind, entry.messageId)
    if (!target || (target.isDeleted && !mayBeDeleted)) return notFound(entry)
    if (target.senderId !== entry.senderId)
      return refuse(entry, 'FORBIDDEN', `Message ${entry.messageId} is not yours`)
    return target
  }

  #about(entry: NewEdit | NewDeletion | NewReaction, { kind, chatId, id }: Target) {
    const { senderId, clientId } = entry
    return { kind, chatId, id, senderId, clientId }
  }

  /** The place of an entry that is stored. */
  #next(): { offset: number; createdAt: string } {
    this.#lastOffset += 1
    return { offset: this.#lastOffset, createdAt: this.#createdAt }
  }
}

/** Names a message across both kinds. */
export function targetKey(kind: ChatKind, id: number): string {
  return `${kind} ${id}`
}

/** Names one user's reaction to a message. */
export function reactionKey(reaction: {
  kind: ChatKind
  messageId: number
  senderId: number
  emoji: string
}): string {
  return `${reaction.kind} ${reaction.messageId} ${reaction.senderId} ${reaction.emoji}`
}

/** Names a user and a message, across both kinds. */
export function giverKey(reaction: {
  kind: ChatKind
  messageId: number
  senderId: number
}): string {
  return `${reaction.kind} ${reaction.messageId} ${reaction.senderId}`
}

function notFound(entry: NewEdit | NewDeletion | NewReaction): Refused {
  return refuse(entry, 'NOT_FOUND', `There is no message ${entry.messageId}`)
}

function refuse({ clientId }: NewEntry, code: Refused['refused'], reason: string): Refused {
  return { refused: code, reason, clientId }
}
