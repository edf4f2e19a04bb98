import { randomUUID } from 'node:crypto'
import type { ChatKind } from '../../protocol/chat.ts'
import { accessReferencesOf } from '../access-references.ts'
import { AppendPlan, type Known } from '../append-plan.ts'
import { referencesOf } from '../batch-references.ts'
import { type ChangedTarget, giverKey, reactionKey } from '../change-plan.ts'
import {
  type EventEntry,
  type LogEntry,
  type MessageEntry,
  type NewEntry,
  nameOf,
} from '../entries.ts'
import type { AgesRange, MessageAge } from '../message-ages.ts'
import { type HistoryEntry, type HistoryRange, MAX_READ_BYTES, REACTION_BYTES } from '../store.ts'
import type { SupportChat } from '../support-plan.ts'
import { type Target, targetKey } from '../target.ts'
import { MemoryAccess } from './access-state.ts'
import { knownAccessOf } from './known-access.ts'
import { MemoryReactions } from './reactions.ts'

type Draft<Entry> = { -readonly [Key in keyof Entry]: Entry[Key] }

/** Ids of chats that others have given out are below this, or not to be met. */
const MAX_FOREIGN_CHAT = 2 ** 52

/** A message as it is kept: edits and deletions change it. */
type KeptMessage = Draft<MessageEntry>

/** The log of a process. What it gives out does not change when the log does. */
export class MemoryLog {
  readonly epoch = randomUUID()
  /** Changed by the log's entries. */
  readonly access = new MemoryAccess()
  /** Support chat → its state. */
  readonly supportChats = new Map<number, SupportChat>()
  #lastOffset = 0
  #lastChatId = 0
  /** The newest entries, in order and without gaps. */
  readonly #entries: (KeptMessage | EventEntry)[] = []
  /** `nameOf` → the entry. */
  readonly #named = new Map<string, KeptMessage | EventEntry>()
  /** `targetKey` → the message. */
  readonly #messages = new Map<string, KeptMessage>()
  /** `targetKey` with the number of a chat → its messages, by id. */
  readonly #chats = new Map<string, KeptMessage[]>()
  /** `targetKey` of a message → the replies in its thread that nobody must not see, by id. */
  readonly #threads = new Map<string, KeptMessage[]>()
  readonly #reactions = new MemoryReactions()
  readonly #lastIds: Record<ChatKind, number> = { chat: 0, support: 0 }

  /** The greatest id of a chat in which somebody has written. */
  get lastChatId(): number {
    return this.#lastChatId
  }

  get lastOffset(): number {
    return this.#lastOffset
  }

  /** Stores a batch, which is in order, and returns what became of it. */
  append(entries: readonly NewEntry[], createdAt: string): AppendPlan {
    const plan = new AppendPlan(this.#known(entries, createdAt), createdAt)
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
    this.access.apply(plan.accessChanges)
    this.#lastOffset = plan.lastOffset
    return plan
  }

  /** A message as it is now. */
  message(kind: ChatKind, id: number): MessageEntry | undefined {
    const kept = this.#messages.get(targetKey(kind, id))
    return kept && { ...kept }
  }

  /** The replies in the thread of a message, by id, but for those that are hidden from somebody. */
  repliesTo({ kind, id }: Pick<MessageEntry, 'kind' | 'id'>): readonly Readonly<MessageEntry>[] {
    return this.#threads.get(targetKey(kind, id)) ?? []
  }

  /** Who opened a support chat; undefined where there is none. */
  customerOf(supportChatId: number): number | undefined {
    return this.supportChats.get(supportChatId)?.customer ?? undefined
  }

  /** The messages that name a file. */
  messagesNaming(fileName: string): MessageEntry[] {
    return [...this.#messages.values()].filter(({ filePaths }) => filePaths?.includes(fileName))
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
  history(range: HistoryRange): HistoryEntry[] {
    const { kind, chatId, before = Number.MAX_SAFE_INTEGER, limit, thread, above = 0 } = range
    const messages = this.messagesOf(kind, chatId)
    const newestFirst: HistoryEntry[] = []
    let bytes = 0
    for (let i = placeOf(before, messages) - 1; i >= 0; i -= 1) {
      if (newestFirst.length === limit || bytes >= MAX_READ_BYTES) break
      const message = messages[i]!
      if (message.offset <= above) break
      if (thread !== undefined && message.thread !== thread) continue
      if (range.userId !== undefined && message.hiddenFrom === range.userId) continue
      const reactions = this.#reactions.to(kind, message.id)
      const count = reactions.reduce((sum, { userIds }) => sum + userIds.length, 0)
      bytes += bytesOf(message) + count * REACTION_BYTES
      newestFirst.push({ ...message, reactions, ...this.#repliesOf(message) })
    }
    return newestFirst.reverse()
  }

  /** `Store.readAges`. */
  ages({ kind, chatId, after, limit }: AgesRange): MessageAge[] {
    const messages =
      chatId === undefined
        ? [...this.#messages.values()].filter((message) => message.kind === kind)
        : this.messagesOf(kind, chatId)
    return messages
      .filter(({ id }) => id > after)
      .slice(0, limit)
      .map(({ id, senderId, createdAt, deletedAt, content }) => ({
        ...{ id, senderId, createdAt, isDeleted: deletedAt !== undefined },
        sizeBytes: Buffer.byteLength(content),
      }))
  }

  /** The messages of a chat, by id. */
  messagesOf(kind: ChatKind, chatId: number): readonly Readonly<MessageEntry>[] {
    return this.#chats.get(targetKey(kind, chatId)) ?? []
  }

  /** Whether a message of a user names a file. */
  isNamed(fileName: string, ownerId: number): boolean {
    return this.messagesNaming(fileName).some(({ senderId }) => senderId === ownerId)
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
      this.access.pins.delete(key)
      this.#threads.delete(key)
      // Ids of a chat ascend with offsets: it is its oldest.
      this.#chats.get(targetKey(entry.kind, entry.chatId))?.shift()
    }
  }

  get #firstOffset(): number {
    return this.#lastOffset + 1 - this.#entries.length
  }

  #known(entries: readonly NewEntry[], createdAt: string): Known {
    const { named, messageIds, reactions, supportChatIds } = referencesOf(entries)
    const keys = (['chat', 'support'] as const).flatMap((kind) =>
      [...messageIds[kind]].map((id) => targetKey(kind, id)),
    )
    const targets = found(keys, (key) => {
      const message = this.#messages.get(key)
      return message && toTarget(message)
    })
    return {
      lastOffset: this.#lastOffset,
      named: found(
        named.map((entry) => nameOf(entry)!),
        (name) => {
          const entry = this.#named.get(name)
          return entry && this.#asItIs(entry)
        },
      ),
      targets,
      reactions: new Set(reactions.filter((one) => this.#reactions.has(one)).map(reactionKey)),
      reactionCounts: found(reactions.map(giverKey), (giver) => this.#reactions.countOf(giver)),
      supportChats: found(supportChatIds, (id) => this.supportChats.get(id)),
      access: knownAccessOf(
        { references: accessReferencesOf(entries, targets), createdAt },
        this.access,
        this,
      ),
    }
  }

  #repliesOf(message: MessageEntry): Pick<HistoryEntry, 'replies'> {
    const replies = this.repliesTo(message)
    const last = replies.at(-1)
    if (!last) return {}
    return { replies: { count: replies.length, lastId: last.id, lastAt: last.createdAt } }
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
    if (entry.kind === 'chat' && entry.chatId < MAX_FOREIGN_CHAT)
      this.#lastChatId = Math.max(this.#lastChatId, entry.chatId)
    if (entry.thread === undefined || entry.hiddenFrom !== undefined) return
    const thread = targetKey(entry.kind, entry.thread)
    const replies = this.#threads.get(thread)
    if (replies) replies.push(entry)
    else this.#threads.set(thread, [entry])
  }

  #change(key: string, target: ChangedTarget, at: string): void {
    const message = this.#messages.get(key)!
    message.content = target.content
    message.mentions = target.mentions
    if (target.isEdited) message.editedAt = at
    if (!target.isDeleted) return
    message.deletedAt = at
    message.fileType = undefined
    message.filePaths = undefined
    this.access.pins.delete(key)
  }

  #asItIs(entry: KeptMessage | EventEntry): LogEntry {
    if (entry.type !== 'edit') return { ...entry }
    const message = this.#messages.get(targetKey(entry.kind, entry.id))
    return { ...entry, content: message?.content ?? '', mentions: message?.mentions }
  }
}

function toTarget(message: MessageEntry): Target {
  const { kind, id, chatId, senderId, offset, thread, hiddenFrom } = message
  const { content, mentions, deletedAt, filePaths } = message
  return {
    ...{ kind, id, chatId, senderId, offset, thread, hiddenFrom, content, mentions, isWhole: true },
    ...{ isDeleted: deletedAt !== undefined, filePaths: filePaths ?? null },
  }
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
