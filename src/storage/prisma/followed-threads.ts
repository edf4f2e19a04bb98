import type { ChatKind } from '../../protocol/chat.ts'
import type { FollowedThread } from '../access-records.ts'
import type { MessageEntry } from '../entries.ts'
import { targetKey } from '../target.ts'
import { nextTurn } from '../turns.ts'
import type { AccessRecordStatements } from './access-record-statements.ts'
import { type EntryRow, idOrNone, toMessage } from './entry-row.ts'
import { query } from './json-rows.ts'
import type { RawQueries } from './prisma-database.ts'

const KINDS = ['chat', 'support'] as const

/** Messages that are read, and threads whose unread replies are counted, before others have a turn. */
const MESSAGE_STEP = 16
const COUNT_STEP = 16

interface ThreadRow {
  kind: ChatKind
  message_id: bigint
  read: bigint
  replies: bigint
  last_reply: bigint | null
}

/** Reads the threads that users follow, in steps. */
export class FollowedThreads {
  readonly #database: RawQueries
  readonly #statements: AccessRecordStatements

  constructor(database: RawQueries, statements: AccessRecordStatements) {
    this.#database = database
    this.#statements = statements
  }

  async of(userId: number): Promise<FollowedThread[]> {
    const rows = await this.#database.$queryRawUnsafe<ThreadRow[]>(
      this.#statements.threadsOf,
      userId,
    )
    const messages = await this.#readMessages(rows)
    const unread = await this.#countUnread(rows, userId)
    return rows.flatMap((row) => {
      const root = messages.get(targetKey(row.kind, Number(row.message_id)))
      const last = idOrNone(row.last_reply)
      return root === undefined
        ? []
        : {
            root,
            replies: Number(row.replies),
            lastReply: last === undefined ? undefined : messages.get(targetKey(row.kind, last)),
            unread: unread.get(targetKey(row.kind, root.id)) ?? 0,
            read: Number(row.read),
          }
    })
  }

  /** `targetKey` → the roots and the last replies. */
  async #readMessages(threads: readonly ThreadRow[]): Promise<Map<string, MessageEntry>> {
    const messages = new Map<string, MessageEntry>()
    for (const kind of KINDS) {
      const ids = threads
        .filter((thread) => thread.kind === kind)
        .flatMap(({ message_id, last_reply }) => [message_id, ...(last_reply ? [last_reply] : [])])
        .map((id) => ({ id: Number(id) }))
      for (const step of inSteps(ids, MESSAGE_STEP)) {
        const sql = this.#statements.findMessages[kind]
        const rows = await query<EntryRow>(this.#database, sql, step)
        for (const row of rows) messages.set(targetKey(kind, Number(row.id)), toMessage(row))
        await nextTurn()
      }
    }
    return messages
  }

  /** `targetKey` of the root → unread replies. */
  async #countUnread(threads: readonly ThreadRow[], userId: number): Promise<Map<string, number>> {
    const unread = new Map<string, number>()
    for (const kind of KINDS) {
      const roots = threads
        .filter((thread) => thread.kind === kind && thread.last_reply !== null)
        .map(({ message_id, read }) => ({ id: Number(message_id), read: Number(read) }))
      for (const step of inSteps(roots, COUNT_STEP)) {
        const sql = this.#statements.countUnreadReplies[kind]
        const rows = await query<{ id: bigint; unread: bigint }>(this.#database, sql, step, userId)
        for (const row of rows) unread.set(targetKey(kind, Number(row.id)), Number(row.unread))
        await nextTurn()
      }
    }
    return unread
  }
}

function* inSteps<Value>(values: readonly Value[], step: number): Iterable<readonly Value[]> {
  for (let from = 0; from < values.length; from += step) yield values.slice(from, from + step)
}
