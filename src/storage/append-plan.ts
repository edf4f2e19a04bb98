import { type AccessChanges, type KnownAccess, noAccessChanges } from './access-changes.ts'
import { AccessRules, refuse } from './access-rules.ts'
import { ChangePlan, type KnownMessages } from './change-plan.ts'
import { ChatPlan } from './chat-plan.ts'
import {
  type EventEntry,
  type LogEntry,
  type MessageEntry,
  type NewEntry,
  type NewMessageEntry,
  nameOf,
} from './entries.ts'
import { MembersPlan } from './members-plan.ts'
import { ModerationPlan } from './moderation-plan.ts'
import { type Decision, PlannedChats } from './plan-context.ts'
import { isSameAct } from './same-act.ts'
import type { Outcome, Refused } from './store.ts'
import { type SupportChat, SupportPlan } from './support-plan.ts'
import { targetKey } from './target.ts'

/** What the database holds of what a batch touches. */
export interface Known extends KnownMessages {
  readonly lastOffset: number
  /** `nameOf` → the entry stored under it. */
  readonly named: Map<string, LogEntry>
  /** Support chat → its state. */
  readonly supportChats: Map<number, SupportChat>
  readonly access: KnownAccess
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
  readonly changedTargets: ChangePlan['changedTargets']
  readonly reactionChanges: ChangePlan['reactionChanges']
  readonly releasedFiles: ChangePlan['releasedFiles']
  readonly changedSupportChats: SupportPlan['changed']
  /** What changes of chats, members and users. */
  readonly accessChanges: AccessChanges = noAccessChanges()
  readonly #known: Known
  readonly #createdAt: string
  readonly #rules: AccessRules
  readonly #planned: PlannedChats
  readonly #chats: ChatPlan
  readonly #members: MembersPlan
  readonly #moderation: ModerationPlan
  readonly #changes: ChangePlan
  readonly #support: SupportPlan
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
    this.#changes = new ChangePlan(known, { rules: this.#rules, moderation: this.#moderation })
    this.changedTargets = this.#changes.changedTargets
    this.reactionChanges = this.#changes.reactionChanges
    this.releasedFiles = this.#changes.releasedFiles
    this.#support = new SupportPlan(known.supportChats, context)
    this.changedSupportChats = this.#support.changed
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
        return this.#take(this.#changes.decideEdit(entry))
      case 'deletion':
        return this.#take(this.#changes.decideDeletion(entry))
      case 'reaction':
        return this.#take(this.#changes.decideReaction(entry, this.#lastOffset + 1))
      case 'support':
        return this.#take(this.#support.decide(entry))
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
        return this.#take(this.#moderation.decideReport(entry, this.#changes.target(entry)))
      case 'resolution':
        return this.#take(this.#moderation.decideResolution(entry))
      case 'pin': {
        const target = this.#changes.target(entry)
        return this.#take(this.#moderation.decidePin(entry, target, this.#lastOffset + 1))
      }
      case 'settings':
        return this.#take(this.#moderation.decideSettings(entry))
      case 'follow':
        return this.#take(this.#moderation.decideFollow(entry, this.#changes.target(entry)))
    }
  }

  #addMessage(entry: NewMessageEntry): Outcome {
    const { kind, chatId } = entry
    const refusal =
      kind === 'support' ? this.#support.refusalOf(entry) : this.#rules.refusalOfMessage(entry)
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
      this.#support.note(entry)
      stored.isFromCustomer = this.#known.supportChats.get(chatId)?.customer === entry.senderId
    }
    if (entry.thread !== undefined) this.#noteReply(stored, entry.thread)
    this.#noteWritten(entry)
    return { entry: stored, repeated: false }
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
