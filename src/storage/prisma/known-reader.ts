import { setImmediate as turn } from 'node:timers/promises'
import { accessReferencesOf } from '../access-references.ts'
import type { Known } from '../append-plan.ts'
import { type BatchReferences, referencesOf } from '../batch-references.ts'
import { giverKey, reactionKey } from '../change-plan.ts'
import { type LogEntry, type NewEntry, nameOf } from '../entries.ts'
import { type Target, targetKey } from '../target.ts'
import type { AccessReader } from './access-reader.ts'
import { type EntryRow, idOrNone, listOrNone, reactionRow, toIso, toLogEntry } from './entry-row.ts'
import { query } from './json-rows.ts'
import type { LogStatements } from './log-statements.ts'
import type { RawQueries } from './prisma-database.ts'

const KINDS = ['chat', 'support'] as const

/**
 * What is looked up before others have a turn: of a long message all pages are passed to know what stands
 * behind its content.
 */
const SLICE = 100

/** Reads what a batch of entries depends on: what is stored of what they name. */
export class KnownReader {
  readonly #statements: LogStatements
  readonly #access: AccessReader

  constructor(statements: LogStatements, access: AccessReader) {
    this.#statements = statements
    this.#access = access
  }

  /** All of it, and locks the log until the transaction ends. */
  async read(tx: RawQueries, entries: readonly NewEntry[], createdAt: string): Promise<Known> {
    const [log] = await tx.$queryRawUnsafe<{ last_offset: bigint }[]>(this.#statements.lockLog)
    const references = referencesOf(entries)
    const targets = await this.#findTargets(tx, references)
    return {
      lastOffset: Number(log!.last_offset),
      named: await this.findNamed(tx, references.named),
      targets,
      ...(await this.#findReactions(tx, references)),
      supportChats: await this.#findSupportChats(tx, references),
      access: await this.#access.read(tx, {
        references: accessReferencesOf(entries, targets),
        createdAt,
      }),
    }
  }

  /** The entries already stored under the names of these, which all have one. */
  async findNamed(tx: RawQueries, entries: readonly NewEntry[]): Promise<Map<string, LogEntry>> {
    const names = entries.map(({ senderId, clientId }) => ({
      sender_id: senderId,
      client_id: clientId,
    }))
    const rows = await querySliced<EntryRow>(tx, this.#statements.findNamed, names)
    return new Map(rows.map(toLogEntry).map((entry) => [nameOf(entry)!, entry]))
  }

  async #findTargets(
    tx: RawQueries,
    { messageIds, editedBytes }: BatchReferences,
  ): Promise<Map<string, Target>> {
    const targets = new Map<string, Target>()
    for (const kind of KINDS) {
      const ids = [...messageIds[kind]].map((id) => ({
        id,
        edited_bytes: editedBytes[kind].get(id) ?? 0,
      }))
      const rows = await querySliced<TargetRow>(tx, this.#statements.findTargets[kind], ids)
      for (const row of rows)
        targets.set(targetKey(kind, Number(row.id)), {
          kind,
          id: Number(row.id),
          chatId: Number(row.chat_id),
          senderId: Number(row.sender_id),
          offset: Number(row.offset),
          thread: idOrNone(row.thread),
          hiddenFrom: idOrNone(row.hidden_from),
          content: row.content,
          isWhole: Boolean(row.is_whole),
          mentions: listOrNone(row.mentions),
          isDeleted: Boolean(row.is_deleted),
          filePaths: row.file_paths,
        })
    }
    return targets
  }

  async #findReactions(
    tx: RawQueries,
    { reactions }: BatchReferences,
  ): Promise<Pick<Known, 'reactions' | 'reactionCounts'>> {
    const rows = await querySliced<FoundReactionRow>(
      tx,
      this.#statements.findReactions,
      reactions.map(reactionRow),
    )
    const found = rows.map((row) => ({
      kind: row.kind,
      messageId: Number(row.message_id),
      senderId: Number(row.sender_id),
      emoji: row.emoji,
      stands: Boolean(row.stands),
      own: Number(row.own),
    }))
    return {
      reactions: new Set(found.filter(({ stands }) => stands).map(reactionKey)),
      reactionCounts: new Map(found.map((one) => [giverKey(one), one.own])),
    }
  }

  async #findSupportChats(
    tx: RawQueries,
    { supportChatIds }: BatchReferences,
  ): Promise<Known['supportChats']> {
    const rows = await query<SupportChatRow>(
      tx,
      this.#statements.findSupportChats,
      [...supportChatIds].map((id) => ({ id })),
    )
    return new Map(
      rows.map((row) => [
        Number(row.id),
        {
          status: row.status,
          assignee: row.assignee === null ? null : Number(row.assignee),
          waitingSince: row.waiting_since === null ? null : toIso(row.waiting_since),
          customer: row.customer === null ? null : Number(row.customer),
        },
      ]),
    )
  }
}

async function querySliced<Row>(
  tx: RawQueries,
  sql: string,
  rows: readonly object[],
): Promise<Row[]> {
  const found: Row[] = []
  for (let from = 0; from < rows.length; from += SLICE) {
    if (from > 0) await turn()
    found.push(...(await query<Row>(tx, sql, rows.slice(from, from + SLICE))))
  }
  return found
}

interface TargetRow {
  id: bigint
  chat_id: bigint
  sender_id: bigint
  offset: bigint
  thread: bigint | null
  hidden_from: bigint | null
  content: string
  is_whole: boolean | number | bigint
  mentions: string | null
  is_deleted: boolean | number | bigint
  file_paths: string | null
}

type FoundReactionRow = ReturnType<typeof reactionRow> & {
  stands: boolean | number | bigint
  own: bigint
}

interface SupportChatRow {
  id: bigint
  status: 'open' | 'closed'
  assignee: bigint | null
  waiting_since: Date | string | null
  customer: bigint | null
}
