import type { ChatKind } from '../protocol/chat.ts'
import { MAX_OWN_REACTIONS } from '../protocol/limits.ts'
import { readUploadNames } from '../protocol/upload-name.ts'
import { type AccessChanges, type KnownAccess, noAccessChanges } from './access-changes.ts'
import { AccessRules, noChat, refuse } from './access-rules.ts'
import { ChatPlan } from './chat-plan.ts'
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
import { MembersPlan } from './members-plan.ts'
import { ModerationPlan } from './moderation-plan.ts'
import { type Decision, PlannedChats } from './plan-context.ts'
import { mayActOn } from './rights.ts'
import { isSameAct } from './same-act.ts'
import type { Outcome, Refused } from './store.ts'
import { type Target, targetKey } from './target.ts'

export interface SupportChat {
  status: SupportStatus
  assignee: number | null
  /** ISO 8601; null when nobody waits for an answer. */
  waitingSince: string | null
  /** Who wrote its first message. */
  customer: number | null
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
  readonly access: KnownAccess
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

/** A message as it is to be from now on. */
export interface ChangedTarget extends Target {
  readonly isEdited: boolean
  readonly hasOtherMentions: boolean
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
  /** `targetKey` → the message, whose content or mentions change. */
  readonly changedTargets = new Map<string, ChangedTarget>()
  /** `reactionKey` → the last change. */
  readonly reactionChanges = new Map<string, ReactionChange>()
  readonly changedSupportChats = new Map<number, SupportChat>()
  /** The uploads that messages name which are deleted. */
  readonly releasedFiles: { readonly name: string; readonly ownerId: number }[] = []
  /** What changes of chats, members and users. */
  readonly accessChanges: AccessChanges = noAccessChanges()
  readonly #known: Known
  readonly #createdAt: string
  readonly #rules: AccessRules
  readonly #planned: PlannedChats
  readonly #chats: ChatPlan
  readonly #members: MembersPlan
  readonly #moderation: ModerationPlan
  #lastOffset: number

  /** @param known is changed as entries are added */
  constructor(known: Known, createdAt: string) {
    this.#known = known
    this.#createdAt = createdAt
    this.#lastOffset = known.lastOffset
    this.#rules = new AccessRules(known.access, createdAt)
    const context = {
      known: known.access,
      changes: this.accessChanges,
      rules: this.#rules,
      createdAt,
    }
    this.#planned = new PlannedChats(context)
    this.#chats = new ChatPlan(context, this.#planned)
    this.#members = new MembersPlan(context, this.#planned)
    this.#moderation = new ModerationPlan(context)
  }

  /** The newest offset once the plan is stored. */
  get lastOffset(): number {
    return this.#lastOffset
  }

  add(entry: NewEntry): void {
    const name = nameOf(entry)
    const first = name === undefined ? undefined : this.#known.named.get(name)
    if (first) {
      const isSame = isSameAct(first, entry)
      this.outcomes.push(isSame ? { entry: first, repeated: true } : refuseName(entry))
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
      case 'chat':
        return this.#take(this.#chats.decide(entry, this.#lastOffset + 1))
      case 'members':
        return this.#take(this.#members.decide(entry, this.#lastOffset + 1))
      case 'user':
        return this.#take(this.#moderation.decideUser(entry))
      case 'ban':
        return this.#take(this.#moderation.decideBan(entry, this.#lastOffset + 1))
      case 'block':
        return this.#take(this.#moderation.decideBlock(entry))
      case 'report':
        return this.#take(this.#moderation.decideReport(entry, this.#target(entry)))
      case 'resolution':
        return this.#take(this.#moderation.decideResolution(entry))
      case 'pin': {
        const target = this.#target(entry)
        return this.#take(this.#moderation.decidePin(entry, target, this.#lastOffset + 1))
      }
      case 'settings':
        return this.#take(this.#moderation.decideSettings(entry))
      case 'follow':
        return this.#take(this.#moderation.decideFollow(entry, this.#target(entry)))
    }
  }

  #addMessage(entry: NewMessageEntry): Outcome {
    const { kind, chatId } = entry
    const refusal =
      kind === 'support' ? this.#refusalOfSupport(entry) : this.#rules.refusalOfMessage(entry)
    const refused = refusal ?? this.#refusalOfReferences(entry)
    if (refused) return refused
    const { isFromAgent, authority: _, ...message } = entry
    const unchanged = { editedAt: undefined, deletedAt: undefined }
    const hiddenFrom = this.#rules.hiddenFrom(entry)
    const stored: Draft<MessageEntry> = {
      ...{ ...message, id: 0, hiddenFrom, ...unchanged, ...this.#next() },
    }
    this.messages.push(stored)
    if (kind === 'support') {
      this.#noteSupportMessage(entry)
      stored.isFromCustomer = this.#known.supportChats.get(chatId)?.customer === entry.senderId
    }
    if (entry.thread !== undefined) this.#noteReply(stored, entry.thread)
    this.#noteWritten(entry)
    return { entry: stored, repeated: false }
  }

  /**
   * Why the sender may not write in a support chat: it is between agents and the customer, who opens it. One
   * of which nobody knows who opened it is nobody's to take.
   */
  #refusalOfSupport(entry: NewMessageEntry): Refused | undefined {
    const { authority, chatId, senderId } = entry
    if (!authority) return undefined
    const chat = this.#known.supportChats.get(chatId)
    if (authority.isAgent)
      return chat
        ? undefined
        : refuse(entry, 'NOT_FOUND', `There is no support chat ${chatId}: customers open them`)
    return chat === undefined || chat.customer === senderId
      ? undefined
      : noChat(entry, chatId, 'support')
  }

  /** Why what a message answers, or the thread that it belongs to, is not there for its sender. */
  #refusalOfReferences(entry: NewMessageEntry): Refused | undefined {
    const { kind, chatId, replyTo, thread } = entry
    const isThere = (id: number) => {
      const target = this.#known.targets.get(targetKey(kind, id))
      return target?.chatId === chatId && this.#rules.reads(entry, target)
    }
    if (replyTo !== undefined && !isThere(replyTo))
      return refuse(entry, 'NOT_FOUND', `reply_to: this chat has no message ${replyTo}`)
    if (thread === undefined) return undefined
    if (!isThere(thread))
      return refuse(entry, 'NOT_FOUND', `thread: this chat has no message ${thread}`)
    const root = this.#known.targets.get(targetKey(kind, thread))!.thread
    return root === undefined
      ? undefined
      : refuse(entry, 'FORBIDDEN', `thread: message ${thread} is in the thread of ${root} itself`)
  }

  /** Whoever begins a thread follows it, and whoever replies in it. */
  #noteReply({ kind, chatId, senderId, hiddenFrom }: MessageEntry, messageId: number): void {
    const author = this.#known.targets.get(targetKey(kind, messageId))!.senderId
    const follow = { kind, chatId, messageId, isFollowed: true, isAutomatic: true }
    for (const userId of [author, senderId])
      if (userId !== hiddenFrom) this.#moderation.follow({ userId, ...follow })
  }

  #noteWritten({ authority, kind, chatId, senderId }: NewMessageEntry): void {
    if (!authority || kind === 'support') return
    const isSlow = (this.#known.access.chats.get(chatId)?.slowModeSeconds ?? 0) > 0
    if (isSlow) this.#planned.noteWritten({ chatId, userId: senderId })
  }

  /** A customer's message opens the chat, and waits; an agent's answers what waited. */
  #noteSupportMessage({ chatId, senderId, isFromAgent }: NewMessageEntry): void {
    const before = this.#known.supportChats.get(chatId)
    const chat: SupportChat = {
      status: isFromAgent ? (before?.status ?? 'open') : 'open',
      assignee: before?.assignee ?? null,
      waitingSince: isFromAgent ? null : (before?.waitingSince ?? this.#createdAt),
      customer: before?.customer ?? (isFromAgent ? null : senderId),
    }
    if (chat.customer !== null) this.#known.access.customers.set(chatId, chat.customer)
    this.#known.supportChats.set(chatId, chat)
    this.changedSupportChats.set(chatId, chat)
  }

  #edit(entry: NewEdit): Outcome {
    const target = this.#ownTarget(entry)
    if ('refused' in target) return target
    const refused = this.#refusalOfChange(entry, target, 'write')
    if (refused) return refused
    const { content } = entry
    const mentions = entry.mentions ?? target.mentions ?? []
    const isMentioning = isSameList(mentions, target.mentions ?? [])
    const named = mentions.length > 0 ? mentions : undefined
    const about = { type: 'edit', ...this.#about(entry, target), content, mentions: named } as const
    if (target.content === content && isMentioning) return this.#unchanged(about)
    target.content = content
    target.mentions = named
    const key = targetKey(entry.kind, target.id)
    // An edit before it in this batch may have changed them.
    const hasOtherMentions =
      !isMentioning || (this.changedTargets.get(key)?.hasOtherMentions ?? false)
    this.changedTargets.set(key, { ...target, isEdited: true, hasOtherMentions })
    return this.#addEvent({ ...about, ...this.#next() })
  }

  #delete(entry: NewDeletion): Outcome {
    const target = this.#deletable(entry)
    if ('refused' in target) return target
    const isOthers = target.senderId !== entry.senderId
    const author = isOthers ? target.senderId : undefined
    const about = { type: 'deletion', ...this.#about(entry, target), author } as const
    if (target.isDeleted) return this.#unchanged(about)
    if (isOthers) this.#moderation.noteDeletion(entry, target)
    this.#moderation.unpin(target)
    target.content = ''
    target.mentions = undefined
    target.isDeleted = true
    for (const name of readUploadNames(target.filePaths ?? '') ?? [])
      this.releasedFiles.push({ name, ownerId: target.senderId })
    const key = targetKey(entry.kind, target.id)
    // It may have been edited in this batch, just before.
    const isEdited = this.changedTargets.get(key)?.isEdited ?? false
    this.changedTargets.set(key, { ...target, isEdited, hasOtherMentions: true })
    return this.#addEvent({ ...about, ...this.#next() })
  }

  #react(entry: NewReaction): Outcome {
    const { kind, messageId, emoji, senderId, removed } = entry
    const target = this.#target(entry)
    if (!target || target.isDeleted || !this.#rules.reads(entry, target)) return notFound(entry)
    const refused = this.#refusalOfChange(entry, target, 'react')
    if (refused) return refused
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
    const chat = { status, assignee, waitingSince, customer: before.customer }
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

  /** Stores what was decided, if that is to be stored. */
  #take(decision: Decision<EventEntry>): Outcome {
    if ('refused' in decision) return decision
    if ('same' in decision) return this.#unchanged(decision.same)
    return this.#addEvent({ ...decision.stored, ...this.#next() } as EventEntry)
  }

  #target({ kind, messageId }: { kind: ChatKind; messageId: number }): Target | undefined {
    return this.#known.targets.get(targetKey(kind, messageId))
  }

  #refusalOfChange(entry: NewEntry, target: Target, act: 'write' | 'react') {
    if (target.kind === 'support') return undefined
    return (
      this.#rules.refusalOf(entry, target.chatId, act) ??
      this.#rules.refusalOfBlocked(entry, target)
    )
  }

  /** A message that the sender of an entry may delete: an own one, or any that the sender moderates. */
  #deletable(entry: NewDeletion): Target | Refused {
    const target = this.#target(entry)
    if (!target) return notFound(entry)
    if (entry.authority?.isAdmin) return target
    if (target.senderId === entry.senderId) return this.#ownTarget(entry, true)
    if (!this.#rules.reads(entry, target) || !entry.authority || target.kind === 'support')
      return this.#ownTarget(entry, true)
    const refused = this.#rules.refusalOf(entry, target.chatId, 'deleteOthers')
    if (refused) return refuse(entry, 'FORBIDDEN', `Message ${entry.messageId} is not yours`)
    const role = this.#rules.roleOf(entry, target.chatId)!
    const author = this.#rules.member(target.chatId, target.senderId)?.role
    return mayActOn(role, author)
      ? target
      : refuse(entry, 'FORBIDDEN', `Message ${entry.messageId} is of a ${author}`)
  }

  /** The sender's own message that an entry changes. */
  #ownTarget(entry: NewEdit | NewDeletion, mayBeDeleted = false): Target | Refused {
    const target = this.#target(entry)
    if (!target || (target.isDeleted && !mayBeDeleted)) return notFound(entry)
    if (!this.#rules.reads(entry, target)) return notFound(entry)
    if (target.senderId !== entry.senderId)
      return refuse(entry, 'FORBIDDEN', `Message ${entry.messageId} is not yours`)
    return target
  }

  #about(entry: NewEdit | NewDeletion | NewReaction, target: Target) {
    const { senderId, clientId } = entry
    const { kind, chatId, id, offset: aboutOffset, hiddenFrom } = target
    return { kind, chatId, id, senderId, clientId, aboutOffset, hiddenFrom }
  }

  /** The place of an entry that is stored. */
  #next(): { offset: number; createdAt: string } {
    this.#lastOffset += 1
    return { offset: this.#lastOffset, createdAt: this.#createdAt }
  }
}

/** The sender's name for an entry was given to another act before. */
export function refuseName(entry: Pick<NewEntry, 'clientId'>): Refused {
  const reason = `client_id: you have used ${entry.clientId} for something else, so choose another`
  return refuse(entry, 'FORBIDDEN', reason)
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

function isSameList(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, i) => id === other[i])
}

function notFound(entry: NewEdit | NewDeletion | NewReaction): Refused {
  return refuse(entry, 'NOT_FOUND', `There is no message ${entry.messageId}`)
}
