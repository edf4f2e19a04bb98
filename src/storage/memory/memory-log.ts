import { randomUUID } from 'node:crypto'
import type { ChatKind } from '../../protocol/chat.ts'
import {
  AppendPlan,
  type Known,
  type ReactionChange,
  reactionKey,
  type SupportChat,
  type Target,
  targetKey,
} from '../append-plan.ts'
import { referencesOf } from '../batch-references.ts'
import {
  type EventEntry,
  type LogEntry,
  type MessageEntry,
  type NewEntry,
  nameOf,
} from '../entries.ts'
import { MAX_REACTIONS, type StandingReaction } from '../store.ts'

type Draft<Entry> = { -readonly [Key in keyof Entry]: Entry[Key] }

/** A message as it is kept: edits and deletions change it. */
type KeptMessage = Draft<MessageEntry>

/** The log of a process. What it gives out does not change when the log does. */
export class MemoryLog {
  readonly epoch = randomUUID()
  /** Support chat → its state. */
  readonly supportChats = new Map<number, SupportChat>()
  #lastOffset = 0
  /** The newest entries, in order and without gaps. */
  readonly #entries: (KeptMessage | EventEntry)[] = []
  /** `nameOf` → the entry. */
  readonly #named = new Map<string, KeptMessage | EventEntry>()
  /** `targetKey` → the message. */
  readonly #messages = new Map<string, KeptMessage>()
  /** `targetKey` with the number of a chat → its messages, by id. */
  readonly #chats = new Map<string, KeptMessage[]>()
  /** `targetKey` of a message → `reactionKey` → what was given, in the order of giving. */
  readonly #reactions = new Map<string, Map<string, ReactionChange>>()
  readonly #lastIds: Record<ChatKind, number> = { chat: 0, support: 0 }

  get lastOffset(): number {
    return this.#lastOffset
  }

  /** Stores a batch, which is in order, and returns what became of it. */
  append(entries: readonly NewEntry[], createdAt: string): AppendPlan {
    const plan = new AppendPlan(this.#known(entries), createdAt)
    for (const entry of entries) plan.add(entry)
    for (const message of plan.messages) {
      this.#lastIds[message.kind] += 1
      message.id = this.#lastIds[message.kind]
    }
    const stored = [...plan.messages.map((message) => ({ ...message })), ...plan.events]
    for (const entry of stored.sort((a, b) => a.offset - b.offset)) this.#keep(entry)
    for (const [key, target] of plan.changedTargets) this.#change(key, target, createdAt)
    for (const [key, change] of plan.reactionChanges) this.#react(key, change)
    for (const [id, chat] of plan.changedSupportChats) this.supportChats.set(id, { ...chat })
    this.#lastOffset = plan.lastOffset
    return plan
  }

  /** The entry at an offset, as it is now; undefined where none is kept. */
  at(offset: number): LogEntry | undefined {
    const kept = this.#entries[offset - this.#firstOffset]
    return kept && this.#asItIs(kept)
  }

  /** Up to `limit` entries above an offset. */
  after(offset: number, limit: number): LogEntry[] {
    const start = Math.max(0, offset + 1 - this.#firstOffset)
    return this.#entries.slice(start, start + limit).map((entry) => this.#asItIs(entry))
  }

  /** The messages of a chat, by id. */
  messagesOf(kind: ChatKind, chatId: number): readonly Readonly<MessageEntry>[] {
    return this.#chats.get(targetKey(kind, chatId)) ?? []
  }

  /** The reactions to a message, in the order in which they were first given. */
  reactionsTo({ kind, id }: MessageEntry): StandingReaction[] {
    const byEmoji = new Map<string, number[]>()
    const given = this.#reactions.get(targetKey(kind, id))?.values()
    for (const { emoji, senderId } of [...(given ?? [])].slice(0, MAX_REACTIONS)) {
      const userIds = byEmoji.get(emoji)
      if (userIds) userIds.push(senderId)
      else byEmoji.set(emoji, [senderId])
    }
    return [...byEmoji].map(([emoji, userIds]) => ({ emoji, userIds }))
  }

  /** Whether a message of a user names a file. */
  isNamed(fileName: string, ownerId: number): boolean {
    return [...this.#messages.values()].some(
      ({ senderId, filePaths }) => senderId === ownerId && filePaths?.includes(fileName),
    )
  }

  /** Deletes the entries up to an offset and what hangs on them. */
  deleteUpTo(offset: number): void {
    const gone = this.#entries.splice(0, Math.max(0, offset + 1 - this.#firstOffset))
    for (const entry of gone) {
      const name = nameOf(entry)
      if (name !== undefined) this.#named.delete(name)
      if (entry.type !== 'message') continue
      const key = targetKey(entry.kind, entry.id)
      this.#messages.delete(key)
      this.#reactions.delete(key)
      // Ids of a chat ascend with offsets: it is its oldest.
      this.#chats.get(targetKey(entry.kind, entry.chatId))?.shift()
    }
  }

  get #firstOffset(): number {
    return this.#lastOffset + 1 - this.#entries.length
  }

  #known(entries: readonly NewEntry[]): Known {
    const { named, messageIds, reactions, supportChatIds } = referencesOf(entries)
    const targets = (['chat', 'support'] as const).flatMap((kind) =>
      [...messageIds[kind]].map((id) => targetKey(kind, id)),
    )
    return {
      lastOffset: this.#lastOffset,
      named: found(
        named.map((entry) => nameOf(entry)!),
        (name) => {
          const entry = this.#named.get(name)
          return entry && this.#asItIs(entry)
        },
      ),
      targets: found(targets, (key) => {
        const message = this.#messages.get(key)
        return message && toTarget(message)
      }),
      reactions: new Set(
        reactions
          .filter((one) =>
            this.#reactions.get(targetKey(one.kind, one.messageId))?.has(reactionKey(one)),
          )
          .map(reactionKey),
      ),
      supportChats: found(supportChatIds, (id) => this.supportChats.get(id)),
    }
  }

  #keep(entry: KeptMessage | EventEntry): void {
    this.#entries.push(entry)
    const name = nameOf(entry)
    if (name !== undefined) this.#named.set(name, entry)
    if (entry.type !== 'message') return
    this.#messages.set(targetKey(entry.kind, entry.id), entry)
    const chat = targetKey(entry.kind, entry.chatId)
    const messages = this.#chats.get(chat)
    if (messages) messages.push(entry)
    else this.#chats.set(chat, [entry])
  }

  #change(key: string, target: Target & { isEdited: boolean }, at: string): void {
    const message = this.#messages.get(key)!
    message.content = target.content
    if (target.isEdited) message.editedAt = at
    if (!target.isDeleted) return
    message.deletedAt = at
    message.fileType = undefined
    message.filePaths = undefined
  }

  #react(key: string, change: ReactionChange): void {
    const message = targetKey(change.kind, change.messageId)
    const given = this.#reactions.get(message) ?? new Map<string, ReactionChange>()
    given.delete(key)
    if (!change.removed) given.set(key, change)
    this.#reactions.set(message, given)
  }

  #asItIs(entry: KeptMessage | EventEntry): LogEntry {
    if (entry.type !== 'edit') return { ...entry }
    const content = this.#messages.get(targetKey(entry.kind, entry.id))?.content ?? ''
    return { ...entry, content }
  }
}

function toTarget(message: MessageEntry): Target {
  const { kind, id, chatId, senderId, content, deletedAt, filePaths } = message
  const isDeleted = deletedAt !== undefined
  return { kind, id, chatId, senderId, content, isDeleted, filePaths: filePaths ?? null }
}

/** The keys under which something is found, with what that is. */
function found<Key, Value>(
  keys: Iterable<Key>,
  find: (key: Key) => Value | undefined,
): Map<Key, Value> {
  const values = new Map<Key, Value>()
  for (const key of keys) {
    const value = find(key)
    if (value !== undefined) values.set(key, value)
  }
  return values
}
