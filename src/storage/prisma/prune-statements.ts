import type { ChatKind } from '../../protocol/chat.ts'
import { type Dialect, TABLES } from './dialect.ts'

/** The tables that share the offsets of the log. */
const LOG_TABLES = [TABLES.chat.table, TABLES.support.table, 'log_events']

/** Table → how much text an entry has, which databases know without reading it. */
const SIZES: Readonly<Record<string, string>> = {
  [TABLES.chat.table]: 'octet_length(content)',
  [TABLES.support.table]: 'octet_length(content)',
  log_events: '0',
}

/** The tables whose rows go with their message: what users said of one, as a report, stays. */
const HANGING_TABLES = [
  ...['reactions', 'pins', 'mentions', 'threads', 'thread_follows', 'upload_uses'],
]

/** The statements that delete the oldest part of the log. */
export interface PruneStatements {
  /** Reads when entries were stored, and their size: an offset and a limit → rows above it, in order. */
  readonly readTimes: string
  /** Together they delete the entries up to an offset, and what hangs on them. */
  readonly deleteUpTo: readonly string[]
}

/** Writes them in one dialect. */
export function createPruneStatements({ parameter }: Dialect): PruneStatements {
  const times = (table: string) => `
    SELECT * FROM (SELECT "offset", created_at, ${SIZES[table]} AS size FROM ${table}
      WHERE "offset" > ${parameter(1)} ORDER BY "offset" LIMIT ${parameter(2)}) AS ${table}_times`
  const ids = (kind: ChatKind) =>
    `SELECT '${kind}', id FROM ${TABLES[kind].table} WHERE "offset" <= ${parameter(1)}`
  return {
    readTimes: `${LOG_TABLES.map(times).join(' UNION ALL ')}
      ORDER BY "offset" LIMIT ${parameter(2)}`,
    deleteUpTo: [
      ...HANGING_TABLES.map(
        (table) => `DELETE FROM ${table} WHERE (kind, message_id) IN
      (${ids('chat')} UNION ALL ${ids('support')})`,
      ),
      ...LOG_TABLES.map((table) => `DELETE FROM ${table} WHERE "offset" <= ${parameter(1)}`),
    ],
  }
}
