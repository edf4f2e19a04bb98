import { setImmediate as turn } from 'node:timers/promises'
import { readUploadNames } from '../../protocol/upload-name.ts'
import { pairKey } from '../access-changes.ts'
import { AppendPlan, refuseName } from '../append-plan.ts'
import { referencesOf } from '../batch-references.ts'
import {
  type LogEntry,
  type MessageEntry,
  type NewEntry,
  type NewMessageEntry,
  nameOf,
} from '../entries.ts'
import { isSameAct } from '../same-act.ts'
import type { Outcome } from '../store.ts'
import { createAccessChangeStatements } from './access-change-statements.ts'
import { AccessReader } from './access-reader.ts'
import { AccessWriter } from './access-writer.ts'
import type { Dialect } from './dialect.ts'
import { eventRow, messageRow, messageValues, reactionRow, storedList } from './entry-row.ts'
import { execute, query } from './json-rows.ts'
import { createKnownAccessStatements } from './known-access-statements.ts'
import { KnownReader } from './known-reader.ts'
import type { LogStatements } from './log-statements.ts'
import {
  inTransaction,
  type PrismaDatabase,
  type RawQueries,
  storageErrors,
} from './prisma-database.ts'

const KINDS = ['chat', 'support'] as const

interface Inserted {
  readonly id: bigint
  readonly offset: bigint
}

/** Stores batches of entries in the log, each in one transaction. */
export class LogAppend {
  readonly #database: PrismaDatabase
  readonly #dialect: Dialect
  readonly #statements: LogStatements
  readonly #known: KnownReader
  readonly #access: AccessWriter

  constructor(database: PrismaDatabase, dialect: Dialect, statements: LogStatements) {
    this.#database = database
    this.#dialect = dialect
    this.#statements = statements
    const reader = new AccessReader(createKnownAccessStatements(dialect), dialect)
    this.#known = new KnownReader(statements, reader)
    this.#access = new AccessWriter(createAccessChangeStatements(dialect), dialect)
  }

  /** `Store.append`. */
  async append(entries: readonly NewEntry[], createdAt: string): Promise<Outcome[]> {
    if (this.#dialect.isSingleWriter && areDistinctChatMessages(entries)) {
      const outcomes = await this.#appendAlone(entries, createdAt)
      if (outcomes) return outcomes
    }
    return inTransaction(this.#database, async (tx) => {
      const plan = new AppendPlan(await this.#known.read(tx, entries, createdAt), createdAt)
      for (const entry of entries) plan.add(entry)
      await turn()
      await this.#store(tx, plan, createdAt)
      return plan.outcomes
    })
  }

  /**
   * Stores chat messages in a single statement, which numbers them and leaves out those whose
   * name is taken. What most batches are costs a third of a transaction that way. Where chats have
   * members, the statement stores nothing unless every sender may write as a matter of course;
   * undefined tells that more has to be looked at.
   */
  async #appendAlone(
    entries: readonly NewMessageEntry[],
    createdAt: string,
  ): Promise<Outcome[] | undefined> {
    const drafts = entries.map((entry) => toDraft(entry, createdAt))
    const rows = JSON.stringify(drafts.map(messageValues))
    const time = this.#dialect.timestamp(createdAt)
    const seats = seatsOf(entries)
    const inserted = await storageErrors(() =>
      seats
        ? this.#database.$queryRawUnsafe<Inserted[]>(
            this.#statements.insertBySeated,
            rows,
            time,
            JSON.stringify(seats),
          )
        : this.#database.$queryRawUnsafe<Inserted[]>(this.#statements.insertAlone, rows, time),
    )
    if (seats && inserted.length === 0) return undefined
    const isWhole = inserted.length === drafts.length
    const named = isWhole
      ? undefined
      : await storageErrors(() =>
          this.#known.findNamed(this.#database, referencesOf(entries).named),
        )
    const isNew = (entry: LogEntry) =>
      inserted.some(({ offset }) => Number(offset) === entry.offset)
    // Both are in the order of the batch.
    const places = inserted
      .map(({ id, offset }) => ({ id: Number(id), offset: Number(offset) }))
      .sort((a, b) => a.offset - b.offset)
      .values()
    return drafts.map((draft, i) => {
      const entry = entries[i]!
      const stored = named?.get(nameOf(draft) ?? '')
      if (stored && !isNew(stored))
        return isSameAct(stored, entry) ? { entry: stored, repeated: true } : refuseName(entry)
      return { entry: Object.assign(draft, places.next().value), repeated: false }
    })
  }

  async #store(tx: RawQueries, plan: AppendPlan, createdAt: string): Promise<void> {
    const statements = this.#statements
    const time = this.#dialect.timestamp(createdAt)
    const byOffset = new Map(plan.messages.map((entry) => [entry.offset, entry]))
    for (const kind of KINDS) {
      const messages = plan.messages.filter((entry) => entry.kind === kind)
      const inserted = await query<{ id: bigint; offset: bigint }>(
        tx,
        statements.insertMessages[kind],
        messages.map(messageRow),
        time,
      )
      for (const row of inserted) byOffset.get(Number(row.offset))!.id = Number(row.id)
    }
    await execute(tx, statements.insertEvents, plan.events.map(eventRow), time)
    const changed = [...plan.changedTargets.values()]
    for (const kind of KINDS) {
      const rows = changed
        .filter((target) => target.kind === kind)
        .map(({ id, content, mentions, isEdited, isDeleted }) => ({
          ...{ id, content, mentions: storedList(mentions) },
          ...{ is_edited: isEdited, is_deleted: isDeleted },
        }))
      await execute(tx, statements.changeMessages[kind], rows, time)
    }
    const released = plan.releasedFiles.map(({ name, ownerId }) => ({ name, owner_id: ownerId }))
    await execute(tx, this.#dialect.uploads.releaseNamed, released, time)
    const reactions = [...plan.reactionChanges.values()]
    await execute(tx, statements.deleteReactions, reactions.map(reactionRow))
    const given = reactions.filter(({ removed }) => !removed)
    await execute(
      tx,
      statements.insertReactions,
      given.map((reaction) => ({ ...reactionRow(reaction), offset: reaction.offset })),
    )
    const supportChats = [...plan.changedSupportChats].map(([id, chat]) => ({
      id,
      status: chat.status,
      assignee: chat.assignee,
      customer: chat.customer,
      waiting_since: chat.waitingSince && this.#dialect.timestamp(chat.waitingSince),
    }))
    await execute(tx, statements.setSupportChats, supportChats)
    await this.#access.write(tx, plan.accessChanges, createdAt)
    await this.#access.writeMessages(tx, { stored: plan.messages, changed })
    const isMoved = plan.messages.length > 0 || plan.events.length > 0
    if (isMoved && !this.#dialect.isSingleWriter)
      await tx.$executeRawUnsafe(statements.moveLog, plan.lastOffset)
  }
}

/**
 * Whether a batch is nothing but chat messages that depend on nothing, not even on each other, and on
 * which nothing hangs.
 */
function areDistinctChatMessages(
  entries: readonly NewEntry[],
): entries is readonly NewMessageEntry[] {
  const names = new Set<string>()
  const hasMembers = entries[0]?.authority !== undefined
  return entries.every((entry) => {
    if ((entry.authority !== undefined) !== hasMembers) return false
    if (entry.type !== 'message' || entry.kind !== 'chat' || !isPlain(entry)) return false
    const name = nameOf(entry)
    if (name === undefined) return true
    const isFirst = !names.has(name)
    names.add(name)
    return isFirst
  })
}

function isPlain(entry: NewMessageEntry): boolean {
  return (
    entry.replyTo === undefined &&
    entry.thread === undefined &&
    !entry.mentions?.length &&
    (entry.filePaths === undefined || readUploadNames(entry.filePaths) === undefined)
  )
}

/** Chat and sender of each entry, once, where chats have members. */
function seatsOf(entries: readonly NewMessageEntry[]): [number, number][] | undefined {
  if (entries[0]!.authority === undefined) return undefined
  const seats = new Map<string, [number, number]>()
  for (const { chatId, senderId } of entries)
    seats.set(pairKey(chatId, senderId), [chatId, senderId])
  return [...seats.values()]
}

/** Written out, because copying the rest of an object costs a tenth of storing it. */
function toDraft(entry: NewMessageEntry, createdAt: string): MessageEntry {
  return {
    type: 'message',
    kind: entry.kind,
    id: 0,
    offset: 0,
    chatId: entry.chatId,
    senderId: entry.senderId,
    clientId: entry.clientId,
    content: entry.content,
    fileType: entry.fileType,
    filePaths: entry.filePaths,
    replyTo: entry.replyTo,
    createdAt,
    editedAt: undefined,
    deletedAt: undefined,
  }
}
