import type { ChatKind } from '../../protocol/chat.ts'
import type { HistoryEntry, HistoryRange, StandingReaction } from '../store.ts'
import type { Dialect } from './dialect.ts'
import { type EntryRow, toIso, toMessage } from './entry-row.ts'
import type { LogStatements } from './log-statements.ts'
import { createPartStatements, type PartStatements } from './part-statements.ts'
import type { RawQueries } from './prisma-database.ts'

type Replies = NonNullable<HistoryEntry['replies']>

interface ReactionRow {
  message_id: bigint
  given: string
}

interface ThreadRow {
  message_id: bigint
  replies: bigint
  last_reply: bigint
  last_reply_at: Date | string
}

/** Reads chats backwards, with what hangs on their messages. */
export class HistoryReader {
  readonly #database: RawQueries
  readonly #statements: LogStatements & PartStatements

  constructor(database: RawQueries, statements: LogStatements, dialect: Dialect) {
    this.#database = database
    this.#statements = { ...statements, ...createPartStatements(dialect) }
  }

  async read(range: HistoryRange): Promise<HistoryEntry[]> {
    const { kind } = range
    const messages = (await this.#readRows(range)).map(toMessage).reverse()
    if (messages.length === 0) return []
    const ids = JSON.stringify(messages.map(({ id }) => ({ id })))
    const reactions = await this.#readReactions(kind, ids)
    const replies = await this.#readReplies(kind, ids)
    return messages.map((message) => ({
      ...message,
      reactions: reactions.get(message.id) ?? [],
      ...(replies.has(message.id) ? { replies: replies.get(message.id)! } : {}),
    }))
  }

  #readRows(range: HistoryRange): Promise<EntryRow[]> {
    const { kind, chatId, limit, thread, above, userId } = range
    const values = [chatId, range.before ?? Number.MAX_SAFE_INTEGER, limit]
    const { readHistory, readPart, readThread } = this.#statements
    if (thread === undefined && above === undefined && userId === undefined)
      return this.#database.$queryRawUnsafe(readHistory[kind], ...values)
    // Nobody has the id 0.
    const part = [...values, Math.min(above ?? 0, Number.MAX_SAFE_INTEGER), userId ?? 0]
    return thread === undefined
      ? this.#database.$queryRawUnsafe(readPart[kind], ...part)
      : this.#database.$queryRawUnsafe(readThread[kind], ...part, thread)
  }

  /** The reactions to messages: message → reactions, in the order in which they were first given. */
  async #readReactions(kind: ChatKind, ids: string): Promise<Map<number, StandingReaction[]>> {
    const sql = this.#statements.readReactions[kind]
    const rows = await this.#database.$queryRawUnsafe<ReactionRow[]>(sql, ids)
    return new Map(rows.map(({ message_id, given }) => [Number(message_id), standing(given)]))
  }

  async #readReplies(kind: ChatKind, ids: string): Promise<Map<number, Replies>> {
    const sql = this.#statements.readReplies
    const rows = await this.#database.$queryRawUnsafe<ThreadRow[]>(sql, ids, kind)
    return new Map(
      rows.map((row) => [
        Number(row.message_id),
        {
          count: Number(row.replies),
          lastId: Number(row.last_reply),
          lastAt: toIso(row.last_reply_at),
        },
      ]),
    )
  }
}

/** What is told of reactions that were read as a JSON array of `[offset, emoji, sender_id]`s. */
function standing(given: string): StandingReaction[] {
  const inOrder = (JSON.parse(given) as [number, string, number][]).sort(([a], [b]) => a - b)
  const byEmoji = new Map<string, number[]>()
  for (const [, emoji, senderId] of inOrder) {
    const userIds = byEmoji.get(emoji)
    if (userIds) userIds.push(senderId)
    else byEmoji.set(emoji, [senderId])
  }
  return Array.from(byEmoji, ([emoji, userIds]) => ({ emoji, userIds }))
}
