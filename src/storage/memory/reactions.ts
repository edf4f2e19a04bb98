import type { ChatKind } from '../../protocol/chat.ts'
import { giverKey, type ReactionChange, reactionKey } from '../change-plan.ts'
import { MAX_REACTIONS, type StandingReaction } from '../store.ts'
import { targetKey } from '../target.ts'

/** The reactions that stand, in memory. */
export class MemoryReactions {
  /** `targetKey` of a message → `reactionKey` → what was given, in the order of giving. */
  readonly #byMessage = new Map<string, Map<string, ReactionChange>>()
  /** `giverKey` → how many of a user's stand on a message. */
  readonly #counts = new Map<string, number>()

  /** Whether a reaction stands. */
  has(reaction: Parameters<typeof reactionKey>[0]): boolean {
    const given = this.#byMessage.get(targetKey(reaction.kind, reaction.messageId))
    return given?.has(reactionKey(reaction)) ?? false
  }

  /** How many of a user's stand on a message, by `giverKey`. */
  countOf(giver: string): number {
    return this.#counts.get(giver) ?? 0
  }

  /** Gives or removes one. */
  change(change: ReactionChange): void {
    const message = targetKey(change.kind, change.messageId)
    const given = this.#byMessage.get(message) ?? new Map<string, ReactionChange>()
    this.#byMessage.set(message, given)
    const key = reactionKey(change)
    const stood = given.delete(key)
    if (!change.removed) given.set(key, change)
    this.#count(giverKey(change), (change.removed ? 0 : 1) - (stood ? 1 : 0))
  }

  /** The first that were given to a message, in the order in which each emoji was. */
  to(kind: ChatKind, id: number): StandingReaction[] {
    const byEmoji = new Map<string, number[]>()
    let count = 0
    for (const { emoji, senderId } of this.#byMessage.get(targetKey(kind, id))?.values() ?? []) {
      if (count === MAX_REACTIONS) break
      count += 1
      const userIds = byEmoji.get(emoji)
      if (userIds) userIds.push(senderId)
      else byEmoji.set(emoji, [senderId])
    }
    return [...byEmoji].map(([emoji, userIds]) => ({ emoji, userIds }))
  }

  /** Forgets those to a message. */
  forget(kind: ChatKind, id: number): void {
    const message = targetKey(kind, id)
    for (const change of this.#byMessage.get(message)?.values() ?? [])
      this.#counts.delete(giverKey(change))
    this.#byMessage.delete(message)
  }

  #count(giver: string, by: number): void {
    const count = this.countOf(giver) + by
    if (count === 0) this.#counts.delete(giver)
    else this.#counts.set(giver, count)
  }
}
