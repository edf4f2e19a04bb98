import { type Dialect, entryColumns, TABLES } from './dialect.ts'
import { sqliteUploads } from './upload-statements.ts'

type Kind = 'chat' | 'support'

const insert = (kind: Kind) => `
  INSERT INTO ${TABLES[kind].table} ("offset", ${TABLES[kind].chatColumn}, sender_id, client_id,
    content, file_type, file_paths, created_at)
  SELECT value ->> '$.offset', value ->> '$.chat_id', value ->> '$.sender_id',
    value ->> '$.client_id', value ->> '$.content', value ->> '$.file_type',
    value ->> '$.file_paths', ?2
  FROM json_each(?1) ORDER BY key
  RETURNING id, "offset"`

const repeats = (kind: Kind) => `
  SELECT ${entryColumns(kind)} FROM json_each(?1) AS named
  JOIN ${TABLES[kind].table} AS m
    ON m.sender_id = named.value ->> '$.sender_id' AND m.client_id = named.value ->> '$.client_id'`

const history = (kind: Kind) => `
  SELECT ${entryColumns(kind)} FROM ${TABLES[kind].table} AS m
  WHERE m.${TABLES[kind].chatColumn} = ?1 AND m.id < ?2 ORDER BY m.id DESC LIMIT ?3`

const after = (kind: Kind) => `
  SELECT * FROM (SELECT ${entryColumns(kind)} FROM ${TABLES[kind].table} AS m
    WHERE m."offset" > ?1 ORDER BY m."offset" LIMIT ?2)`

const times = (kind: Kind) => `
  SELECT * FROM (SELECT "offset", created_at FROM ${TABLES[kind].table}
    WHERE "offset" > ?1 ORDER BY "offset" LIMIT ?2)`

const remove = (kind: Kind) => `DELETE FROM ${TABLES[kind].table} WHERE "offset" <= ?1`

/** SQLite needs no lock of its own: a transaction that begins IMMEDIATE is the only writer. */
export const sqliteDialect: Dialect = {
  lockLog: 'SELECT last_offset FROM log WHERE id = 1',
  moveLog: 'UPDATE log SET last_offset = ?1 WHERE id = 1',
  createLog: 'INSERT INTO log (id, epoch, last_offset) VALUES (1, ?1, 0) ON CONFLICT DO NOTHING',
  changeEpoch: 'UPDATE log SET epoch = ?1 WHERE epoch = ?2',
  findRepeats: `${repeats('chat')} UNION ALL ${repeats('support')}`,
  insert: { chat: insert('chat'), support: insert('support') },
  readAfter: `${after('chat')} UNION ALL ${after('support')} ORDER BY "offset" LIMIT ?2`,
  readHistory: { chat: history('chat'), support: history('support') },
  readTimes: `${times('chat')} UNION ALL ${times('support')} ORDER BY "offset" LIMIT ?2`,
  deleteUpTo: [remove('chat'), remove('support')],
  uploads: sqliteUploads,
  // The form in which Prisma itself writes a DateTime.
  timestamp: (iso) => iso.replace('Z', '+00:00'),
}
