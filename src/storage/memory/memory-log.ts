import { randomUUID } from 'node:crypto'
import type { ChatKind } from '../../protocol/chat.ts'
import {
  AppendPlan,
  giverKey,
  type Known,
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
import { type HistoryEntry, type HistoryRange, MAX_READ_BYTES, REACTION_BYTES } from '../store.ts'
import { MemoryReactions } from './reactions.ts'

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
  readonly #reactions = new MemoryReactions()
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
    for (const change of plan.reactionChanges.values()) this.#reactions.change(change)
    for (const [id, chat] of plan.changedSupportChats) this.supportChats.set(id, { ...chat })
    this.#lastOffset = plan.lastOffset
    return plan
  }

  /** The entry at an offset, as it is now; undefined where none is kept. */
  at(offset: number): LogEntry | undefined {
    const kept = this.#entries[offset - this.#firstOffset]
    return kept && this.#asItIs(kept)
  }

  /** `Store.readAfter`. */
  after(offset: number, limit: number): LogEntry[] {
    const start = Math.max(0, offset + 1 - this.#firstOffset)
    const entries: LogEntry[] = []
    for (let bytes = 0; entries.length < limit && bytes < MAX_READ_BYTES; ) {
      const kept = this.#entries[start + entries.length]
      if (!kept) break
      const entry = this.#asItIs(kept)
      bytes += bytesOf(entry)
      entries.push(entry)
    }
    return entries
  }

  /** `Store.readHistory`. */
  history({ kind, chatId, before = Number.MAX_SAFE_INTEGER, limit }: HistoryRange): HistoryEntry[] {
    const messages = this.messagesOf(kind, chatId)
    const newestFirst: HistoryEntry[] = []
    let bytes = 0
    for (let i = placeOf(before, messages) - 1; i >= 0; i -= 1) {
      if (newestFirst.length === limit || bytes >= MAX_READ_BYTES) break
      const message = messages[i]!
      const reactions = this.#reactions.to(kind, message.id)
      const count = reactions.reduce((sum, { userIds }) => sum + userIds.length, 0)
      bytes += bytesOf(message) + count * REACTION_BYTES
      newestFirst.push({ ...message, reactions })
    }
    return newestFirst.reverse()
  }

  /** The messages of a chat, by id. */
  messagesOf(kind: ChatKind, chatId: number): readonly Readonly<MessageEntry>[] {
    return this.#chats.get(targetKey(kind, chatId)) ?? []
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
      this.#reactions.forget(entry.kind, entry.id)
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
      reactions: new Set(reactions.filter((one) => this.#reactions.has(one)).map(reactionKey)),
      reactionCounts: found(reactions.map(giverKey), (giver) => this.#reactions.countOf(giver)),
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

/** What counts toward `MAX_READ_BYTES`. */
function bytesOf(entry: LogEntry): number {
  if (entry.type === 'edit') return Buffer.byteLength(entry.content)
  if (entry.type !== 'message') return 0
  return Buffer.byteLength(entry.content) + Buffer.byteLength(entry.filePaths ?? '')
}

/** How many of these messages, which are by id, have an id below `before`. */
function placeOf(before: number, messages: readonly MessageEntry[]): number {
  let from = 0
  let to = messages.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (messages[middle]!.id < before) from = middle + 1
    else to = middle
  }
  return from
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
