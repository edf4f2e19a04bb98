import { type Dialect, entryColumns, TABLES } from './dialect.ts'
import { postgresqlUploads } from './upload-statements.ts'

type Kind = 'chat' | 'support'

const insert = (kind: Kind) => `
  INSERT INTO ${TABLES[kind].table} ("offset", ${TABLES[kind].chatColumn}, sender_id, client_id,
    content, file_type, file_paths, created_at)
  SELECT n."offset", n.chat_id, n.sender_id, n.client_id, n.content, n.file_type, n.file_paths,
    CAST($2 AS timestamp(3))
  FROM json_to_recordset(CAST($1 AS json)) AS n("offset" bigint, chat_id bigint,
    sender_id bigint, client_id text, content text, file_type text, file_paths text)
  ORDER BY n."offset"
  RETURNING id, "offset"`

const repeats = (kind: Kind) => `
  SELECT ${entryColumns(kind)}
  FROM json_to_recordset(CAST($1 AS json)) AS named(sender_id bigint, client_id text)
  JOIN ${TABLES[kind].table} AS m USING (sender_id, client_id)`

const history = (kind: Kind) => `
  SELECT ${entryColumns(kind)} FROM ${TABLES[kind].table} AS m
  WHERE m.${TABLES[kind].chatColumn} = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT $3`

const after = (kind: Kind) => `
  (SELECT ${entryColumns(kind)} FROM ${TABLES[kind].table} AS m
    WHERE m."offset" > $1 ORDER BY m."offset" LIMIT $2)`

const times = (kind: Kind) => `
  (SELECT "offset", created_at FROM ${TABLES[kind].table}
    WHERE "offset" > $1 ORDER BY "offset" LIMIT $2)`

const remove = (kind: Kind) => `DELETE FROM ${TABLES[kind].table} WHERE "offset" <= $1`

/**
 * On PostgreSQL the log's row is locked until commit, so that several servers write one after the
 * other; the lock is a statement of its own because only the next one sees what was committed
 * while it waited.
 */
export const postgresqlDialect: Dialect = {
  lockLog: 'SELECT last_offset FROM log WHERE id = 1 FOR UPDATE',
  moveLog: 'UPDATE log SET last_offset = $1 WHERE id = 1',
  createLog: 'INSERT INTO log (id, epoch, last_offset) VALUES (1, $1, 0) ON CONFLICT DO NOTHING',
  changeEpoch: 'UPDATE log SET epoch = $1 WHERE epoch = $2',
  findRepeats: `${repeats('chat')} UNION ALL ${repeats('support')}`,
  insert: { chat: insert('chat'), support: insert('support') },
  readAfter: `${after('chat')} UNION ALL ${after('support')} ORDER BY "offset" LIMIT $2`,
  readHistory: { chat: history('chat'), support: history('support') },
  readTimes: `${times('chat')} UNION ALL ${times('support')} ORDER BY "offset" LIMIT $2`,
  deleteUpTo: [remove('chat'), remove('support')],
  uploads: postgresqlUploads,
  timestamp: (iso) => iso,
}
