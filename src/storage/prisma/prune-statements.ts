import type { ChatKind } from '../../protocol/chat.ts'
import { type Dialect, TABLES } from './dialect.ts'

/** The tables that share the offsets of the log. */
const LOG_TABLES = [TABLES.chat.table, TABLES.support.table, 'log_events']

/** The tables whose rows go with their message: what users said of one, as a report, stays. */
const HANGING_TABLES = [
  ...['reactions', 'pins', 'mentions', 'threads', 'thread_follows', 'upload_uses'],
]

/** The statements that delete the oldest part of the log. */
export interface PruneStatements {
  /** Reads when entries were stored: an offset and a limit → rows above it, in order. */
  readonly readTimes: string
  /** Together they delete the entries up to an offset, and what hangs on them. */
  readonly deleteUpTo: readonly string[]
}

/** Writes them in one dialect. */
export function createPruneStatements({ parameter }: Dialect): PruneStatements {
  const times = (table: string) => `
    SELECT * FROM (SELECT "offset", created_at FROM ${table}
      WHERE "offset" > ${parameter(1)} ORDER BY "offset" LIMIT ${parameter(2)}) AS ${table}_times`
  const hanging = (kind: ChatKind) =>
    HANGING_TABLES.map(
      (table) => `
    DELETE FROM ${table} WHERE kind = '${kind}' AND message_id IN
      (SELECT id FROM ${TABLES[kind].table} WHERE "offset" <= ${parameter(1)})`,
    )
  return {
    readTimes: `${LOG_TABLES.map(times).join(' UNION ALL ')}
      ORDER BY "offset" LIMIT ${parameter(2)}`,
    deleteUpTo: [
      ...hanging('chat'),
      ...hanging('support'),
      ...LOG_TABLES.map((table) => `DELETE FROM ${table} WHERE "offset" <= ${parameter(1)}`),
    ],
  }
}
