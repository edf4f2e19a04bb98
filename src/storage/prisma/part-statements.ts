import type { ChatKind } from '../../protocol/chat.ts'
import { type Dialect, TABLES } from './dialect.ts'
import { byKind, messageColumns } from './log-statements.ts'
import { boundBelow } from './read-bounds.ts'

/** The statements that read parts of chats: what one user may read, or a thread. */
export type PartStatements = ReturnType<typeof createPartStatements>

export function createPartStatements({ parameter: p, rows }: Dialect) {
  /** Ids ascend with offsets, and an index has them: what is too old is not looked at. */
  const read = (kind: ChatKind, more: string) => {
    const { table, chatColumn } = TABLES[kind]
    const mine = `${more} AND m.id > COALESCE((SELECT l.id FROM ${table} AS l
          WHERE l."offset" <= ${p(4)} ORDER BY l."offset" DESC LIMIT 1), 0)
        AND (m.hidden_from IS NULL OR m.hidden_from <> ${p(5)})`
    return `
      WITH ${boundBelow(kind, { chat: p(1), below: p(2), limit: p(3), more: mine })}
      SELECT ${messageColumns(kind)} FROM ${table} AS m
      WHERE m.${chatColumn} = ${p(1)} AND m.id < ${p(2)} ${mine}
        AND m.id >= (SELECT last FROM bound)
      ORDER BY m.id DESC LIMIT ${p(3)}`
  }
  return {
    /** Chat, an id, a limit, an offset, a user → rows below the id and above the offset. */
    readPart: byKind((kind) => read(kind, '')),
    /** The same of a thread, which comes last. */
    readThread: byKind((kind) => read(kind, `AND m.thread = ${p(6)}`)),
    /** Counts replies: `{id}` rows, then the kind → those that have a thread. */
    readReplies: `
      SELECT t.message_id AS message_id, t.replies AS replies, t.last_reply AS last_reply,
        t.last_reply_at AS last_reply_at
      FROM ${rows({ id: 'bigint' })}
      JOIN threads AS t ON t.kind = ${p(2)} AND t.message_id = n.id`,
  }
}
