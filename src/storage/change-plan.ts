import type { ChatKind } from '../protocol/chat.ts'
import { MAX_OWN_REACTIONS } from '../protocol/limits.ts'
import { readUploadNames } from '../protocol/upload-name.ts'
import { type AccessRules, refuse } from './access-rules.ts'
import type {
  DeletionEntry,
  EditEntry,
  NewDeletion,
  NewEdit,
  NewEntry,
  NewReaction,
  ReactionEntry,
} from './entries.ts'
import type { ModerationPlan } from './moderation-plan.ts'
import type { Decision } from './plan-context.ts'
import { mayActOn } from './rights.ts'
import type { Refused } from './store.ts'
import { type Target, targetKey } from './target.ts'

/** What the database holds of the messages that a batch is about. */
export interface KnownMessages {
  /** `targetKey` → the message. */
  readonly targets: Map<string, Target>
  /** `reactionKey` of each that stands. */
  readonly reactions: Set<string>
  /** `giverKey` → how many of the user's reactions to the message stand, counted to `MAX_OWN_REACTIONS`. */
  readonly reactionCounts: Map<string, number>
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

/** What edits, deletions and reactions come to. */
export class ChangePlan {
  /** `targetKey` → the message, whose content or mentions change. */
  readonly changedTargets = new Map<string, ChangedTarget>()
  /** `reactionKey` → the last change. */
  readonly reactionChanges = new Map<string, ReactionChange>()
  /** The uploads that messages name which are deleted. */
  readonly releasedFiles: { readonly name: string; readonly ownerId: number }[] = []
  readonly #known: KnownMessages
  readonly #rules: AccessRules
  readonly #moderation: Pick<ModerationPlan, 'noteDeletion' | 'unpin'>

  /** @param known is changed as entries are decided */
  constructor(
    known: KnownMessages,
    {
      rules,
      moderation,
    }: { rules: AccessRules; moderation: Pick<ModerationPlan, 'noteDeletion' | 'unpin'> },
  ) {
    this.#known = known
    this.#rules = rules
    this.#moderation = moderation
  }

  /** The message that an entry is about. */
  target({ kind, messageId }: { kind: ChatKind; messageId: number }): Target | undefined {
    return this.#known.targets.get(targetKey(kind, messageId))
  }

  decideEdit(entry: NewEdit): Decision<EditEntry> {
    const target = this.#ownTarget(entry)
    if ('refused' in target) return target
    const refused = this.#refusalOfChange(entry, target, 'write')
    if (refused) return refused
    const { content } = entry
    const mentions = entry.mentions ?? target.mentions ?? []
    const isMentioning = isSameList(mentions, target.mentions ?? [])
    const named = mentions.length > 0 ? mentions : undefined
    const about = { type: 'edit', ...this.#about(entry, target), content, mentions: named } as const
    if (target.isWhole && target.content === content && isMentioning) return { same: about }
    target.content = content
    target.isWhole = true
    target.mentions = named
    const key = targetKey(entry.kind, target.id)
    // An edit before it in this batch may have changed them.
    const hasOtherMentions =
      !isMentioning || (this.changedTargets.get(key)?.hasOtherMentions ?? false)
    this.changedTargets.set(key, { ...target, isEdited: true, hasOtherMentions })
    return { stored: about }
  }

  decideDeletion(entry: NewDeletion): Decision<DeletionEntry> {
    const target = this.#deletable(entry)
    if ('refused' in target) return target
    const isOthers = target.senderId !== entry.senderId
    const author = isOthers ? target.senderId : undefined
    const about = { type: 'deletion', ...this.#about(entry, target), author } as const
    if (target.isDeleted) return { same: about }
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
    return { stored: about }
  }

  /** @param offset of the entry, where it is stored */
  decideReaction(entry: NewReaction, offset: number): Decision<ReactionEntry> {
    const { kind, messageId, emoji, senderId, removed } = entry
    const target = this.target(entry)
    if (!target || target.isDeleted || !this.#rules.reads(entry, target)) return notFound(entry)
    const refused = this.#refusalOfChange(entry, target, 'react')
    if (refused) return refused
    const key = reactionKey(entry)
    const about = { type: 'reaction', ...this.#about(entry, target), emoji, removed } as const
    if (this.#known.reactions.has(key) !== removed) return { same: about }
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
    this.reactionChanges.set(key, { kind, messageId, emoji, senderId, offset, removed })
    return { stored: about }
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
    const target = this.target(entry)
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
    const target = this.target(entry)
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
